"""Writes resources/sample.pdf: an invented lease contract for practice, with room for the signature bottom right.

    python packaging/sample.py [OUT.pdf]

Needs the BIZ UD Mincho fonts on the system; the glyphs used are embedded. Run it again only to change the text.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QPageSize, QPainter, QPdfWriter, QPen

FAMILY = "BIZ UDMincho"
DPI = 600  # glyphs are placed on this grid
MM = DPI / 25.4
LEFT, RIGHT, TOP = 26.0, 184.0, 24.0

PARTIES = (
    "賃貸人　見本　太郎（以下「甲」という。）と賃借人　見本　花子（以下「乙」という。）は、"
    "次の建物について、以下のとおり賃貸借契約を締結する。"
)
FACTS = (
    ("所在", "見本県見本市見本町一丁目２番３号"),
    ("名称", "見本ハイツ　１０１号室"),
    ("構造", "木造二階建　一階部分"),
    ("床面積", "３２．５０平方メートル"),
    ("賃料", "月額　６０，０００円（管理費　月額　３，０００円）"),
    ("敷金", "６０，０００円"),
    ("期間", "令和９年４月１日から令和１１年３月３１日まで"),
)
ARTICLES_1 = (
    ("第１条（目的）", "甲は、上記の建物（以下「本物件」という。）を乙に賃貸し、乙は、これを居住の目的で賃借する。"),
    (
        "第２条（賃料）",
        "乙は、毎月末日までに、翌月分の賃料及び管理費を、甲の指定する口座に振り込んで支払う。振込手数料は乙の負担とする。",
    ),
    (
        "第３条（敷金）",
        "乙は、本契約の締結と同時に、敷金を甲に預け入れる。甲は、本物件の明渡しがあったときは、遅滞なく、未払いの債務の額を差し引いた残額を返還する。",
    ),
    (
        "第４条（転貸等の禁止）",
        "乙は、甲の書面又は電磁的記録による承諾なく、賃借権を譲渡し、又は本物件を転貸してはならない。",
    ),
    (
        "第５条（修繕）",
        "甲は、乙が本物件を使用するために必要な修繕を行う。乙の責めに帰すべき事由による修繕の費用は、乙が負担する。",
    ),
    ("第６条（解約）", "乙は、１か月前までに申し入れることにより、本契約を解約することができる。"),
)
ARTICLES_2 = (
    (
        "第７条（立入り）",
        "甲は、本物件の保守又は点検のため必要があるときは、あらかじめ乙の承諾を得て、本物件に立ち入ることができる。",
    ),
    ("第８条（原状回復）", "乙は、本契約が終了したときは、通常の使用による損耗を除き、本物件を原状に復して明け渡す。"),
    (
        "第９条（契約の解除）",
        "甲は、乙が賃料の支払を２か月以上怠り、催告を受けてもなお支払わないときは、本契約を解除することができる。",
    ),
    ("第１０条（通知）", "甲又は乙は、その住所又は氏名を変更したときは、遅滞なく、相手方に通知する。"),
    ("第１１条（管轄）", "本契約に関する訴えは、本物件の所在地を管轄する裁判所に提起する。"),
    (
        "第１２条（協議）",
        "本契約に定めのない事項又は本契約の条項に疑義が生じた事項については、甲及び乙は、誠意をもって協議のうえ解決する。",
    ),
)
CLOSING = "本契約の成立を証するため、本書の電磁的記録を作成し、甲乙それぞれ電子署名を施して、各自これを保管する。"
NOTE = "これは練習のための見本です。人、建物、金額はすべて架空のものです。"


class Sheet:
    """A page that is filled from the top; lengths in mm."""

    def __init__(self, painter: QPainter) -> None:
        self.painter, self.y = painter, TOP

    def font(self, points: float) -> None:
        font = QFont(FAMILY)
        font.setPointSizeF(points)
        self.painter.setFont(font)

    def line(
        self, text: str, points: float = 10.5, *, x: float = LEFT, centred: bool = False, after: float = 6.4
    ) -> None:
        self.font(points)
        box = QRectF(x * MM, self.y * MM, (RIGHT - x) * MM, 2 * points * DPI / 72)
        flag = Qt.AlignmentFlag.AlignHCenter if centred else Qt.AlignmentFlag.AlignLeft
        self.painter.drawText(box, flag | Qt.AlignmentFlag.AlignTop, text)
        self.y += after

    def paragraph(self, text: str, *, x: float = LEFT) -> None:
        """Lines of whole characters; a full stop or comma never begins one."""
        per_line = int((RIGHT - x) / (10.5 * 25.4 / 72))
        while text:
            cut = per_line + (text[per_line : per_line + 1] in tuple("、。）」"))
            self.line(text[:cut], x=x)
            text = text[cut:]

    def article(self, head: str, text: str) -> None:
        self.line(head)
        self.paragraph("　" + text)
        self.y += 2.6

    def foot(self, number: int) -> None:
        self.y = 284
        self.line(str(number), 9, centred=True)


def first(sheet: Sheet) -> None:
    sheet.line(NOTE, 8.5, centred=True, after=12)
    sheet.line("建物賃貸借契約書", 18, centred=True, after=16)
    sheet.paragraph("　" + PARTIES)
    sheet.y += 5
    sheet.painter.setPen(QPen(Qt.GlobalColor.black, 0.15 * MM))
    top, row = sheet.y, 8.6
    for label, value in FACTS:
        sheet.painter.drawLine(int(LEFT * MM), int(sheet.y * MM), int(RIGHT * MM), int(sheet.y * MM))
        sheet.y += 2
        base = sheet.y
        sheet.line(label, x=LEFT + 3, after=0)
        sheet.line(value, x=LEFT + 32, after=0)
        sheet.y = base + row - 2
    sheet.painter.drawLine(int(LEFT * MM), int(sheet.y * MM), int(RIGHT * MM), int(sheet.y * MM))
    for x in (LEFT, LEFT + 28, RIGHT):
        sheet.painter.drawLine(int(x * MM), int(top * MM), int(x * MM), int(sheet.y * MM))
    sheet.y += 8
    for head, text in ARTICLES_1:
        sheet.article(head, text)
    sheet.foot(1)


def second(sheet: Sheet) -> None:
    for head, text in ARTICLES_2:
        sheet.article(head, text)
    sheet.y += 4
    sheet.paragraph("　" + CLOSING)
    sheet.y += 6
    sheet.line("　令和９年３月１日")
    sheet.y = 206
    sheet.line("甲（賃貸人）　　見本県見本市見本町四丁目５番６号", x=LEFT + 10)
    sheet.line("　　　　　　　　見本　太郎", x=LEFT + 10, after=14)
    sheet.line("乙（賃借人）　　見本県見本市見本町七丁目８番９号", x=LEFT + 10)
    sheet.line("　　　　　　　　見本　花子", x=LEFT + 10)
    sheet.foot(2)


def write(target: Path) -> None:
    if FAMILY not in QFontDatabase.families():
        sys.exit(f"{FAMILY} is not installed (fonts-morisawa-bizud-mincho)")
    writer = QPdfWriter(str(target))
    writer.setTitle("建物賃貸借契約書（見本）")
    writer.setCreator("Natsuin")
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    first(Sheet(painter))
    writer.newPage()
    second(Sheet(painter))
    painter.end()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv[:1])
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "resources" / "sample.pdf")
