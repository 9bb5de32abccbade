"""Why a file is not taken in, said once for all readers: what is wrong, and how to mend it."""

from typing import Final

from jumou.errors import RefusedFile

KINDS: Final[dict[str, tuple[str, str]]] = {
    "pdf": ("PDF 文件", "a PDF"),
    "docx": ("Word 文档（.docx）", "a Word document (.docx)"),
    "xlsx": ("Excel 工作簿（.xlsx）", "an Excel workbook (.xlsx)"),
    "html": ("网页", "a web page"),
    "text": ("文本文件", "a text file"),
    "office97": ("旧版 Office 文件（.doc/.xls/.ppt）", "an old Office file (.doc/.xls/.ppt)"),
    "rtf": ("RTF 文件", "an RTF file"),
    "mhtml": ("单个文件网页（.mht）", "a single-file web page (.mht)"),
    "pptx": ("PowerPoint 演示文稿", "a PowerPoint presentation"),
    "macro": ("含宏的 Word 文档", "a Word document with macros"),
    "odf": ("OpenDocument 文件", "an OpenDocument file"),
    "ofd": ("OFD 版式文件", "an OFD file"),
    "epub": ("EPUB 电子书", "an EPUB book"),
    "zip": ("压缩包", "an archive"),
    "image": ("图片", "a picture"),
    "program": ("可执行程序", "a program"),
    "media": ("音频或视频", "audio or video"),
    "binary": ("无法识别的二进制文件", "a binary file of unknown kind"),
}
"""What a file may turn out to be, in zh and en."""

_SAVE_AS: Final[dict[str, tuple[str, str]]] = {
    "office97": (
        "请用 Word 或 Excel 打开，另存为 .docx 或 .xlsx 后重试。",
        "Open it in Word or Excel and save it anew as .docx or .xlsx.",
    ),
    "rtf": ("请用 Word 打开，另存为 .docx 后重试。", "Open it in Word and save it as .docx."),
    "mhtml": ("请在浏览器中打开，另存为 .html 或 PDF 后重试。", "Open it in a browser and save it as .html or PDF."),
    "pptx": ("请另存为 PDF 后重试。", "Save it as PDF."),
    "macro": ("请另存为不含宏的 .docx 后重试。", "Save it as .docx without macros."),
    "odf": ("请另存为 .docx 或 .xlsx 后重试。", "Save it as .docx or .xlsx."),
    "ofd": ("请用版式阅读软件导出为带文字层的 PDF 后重试。", "Export it to a PDF with a text layer."),
    "epub": ("请导出为 .html 或 PDF 后重试。", "Export it to .html or PDF."),
    "zip": ("请先解压，再收入其中的文件。", "Unpack it and add the files inside."),
    "image": (
        "请先做文字识别，存为带文字层的 PDF 或文本。",
        "Run text recognition and save a PDF with a text layer, or text.",
    ),
}

READABLE_ZH: Final = "可收入的格式：PDF、Word（.docx）、Excel（.xlsx）、网页、Markdown、CSV 和纯文本。"
READABLE_EN: Final = "Readable are PDF, Word (.docx), Excel (.xlsx), web pages, Markdown, CSV and plain text."


def _set_off(zh: str) -> str:
    """A blank before Latin letters, and after them."""
    return f"{' ' if zh[0].isascii() else ''}{zh}{' ' if zh[-1].isascii() else ''}"


def missing(name: str) -> RefusedFile:
    """There is no such file."""
    return RefusedFile(f"找不到 {name}。", f"{name} does not exist.", mend_zh="请检查路径。", mend_en="Check the path.")


def special(name: str) -> RefusedFile:
    """It is a device, a pipe or a socket."""
    return RefusedFile(
        f"{name} 不是普通文件（设备、管道或套接字）。", f"{name} is no regular file (a device, pipe or socket).",
        mend_zh="请只收入普通文件。", mend_en="Add regular files only.",
    )  # fmt: skip


def unreadable(name: str, why: str) -> RefusedFile:
    """The system does not let us read it."""
    return RefusedFile(
        f"无法读取 {name}：{why}。", f"{name} cannot be read: {why}.",
        mend_zh="请检查文件权限，或关闭正在使用它的程序。", mend_en="Check its permissions, or close the program that holds it.",
    )  # fmt: skip


def link_outside(name: str) -> RefusedFile:
    """A symbolic link leads out of the folder that was named."""
    return RefusedFile(
        f"{name} 是指向所选文件夹之外的链接，已拒绝。", f"{name} is a link that leads out of the folder and is refused.",
        mend_zh="确需收入时，请直接指定目标文件。", mend_en="Name the file itself if it is wanted.",
    )  # fmt: skip


def link_loop(name: str) -> RefusedFile:
    """A symbolic link leads to itself or to nothing."""
    return RefusedFile(
        f"{name} 是循环或失效的链接。", f"{name} is a link that leads in a circle or to nothing.",
        mend_zh="请删除或修正该链接。", mend_en="Delete or mend the link.",
    )  # fmt: skip


def too_deep_folder(name: str, most: int) -> RefusedFile:
    """Folders in folders beyond the bound."""
    return RefusedFile(
        f"文件夹 {name} 嵌套超过 {most} 层，未再深入。", f"The folder {name} is nested more than {most} levels deep; it was not entered.",
        mend_zh="请直接指定更深的文件夹。", mend_en="Name the deeper folder itself.",
    )  # fmt: skip


def too_many_files(name: str, most: int) -> RefusedFile:
    """More files than one call takes."""
    return RefusedFile(
        f"{name} 及其后的文件未收入：一次最多 {most} 个文件。", f"{name} and what follows was not added: {most} files at a time.",
        mend_zh="请分批收入。", mend_en="Add them in parts.",
    )  # fmt: skip


def empty(name: str) -> RefusedFile:
    """Nothing in it, or blanks only."""
    return RefusedFile(f"{name} 没有内容。", f"{name} is empty.", mend_zh="请检查文件是否保存完整。", mend_en="Check that it was saved whole.")  # fmt: skip


def scanned(name: str, pages: int) -> RefusedFile:
    """A PDF of pictures."""
    return RefusedFile(
        f"{name} 共 {pages} 页，没有文字层（多为扫描件），读不出文字。",
        f"{name} has {pages} page(s) and no text layer (most likely a scan).",
        mend_zh="请先做文字识别（OCR），存为带文字层的 PDF 后重试。",
        mend_en="Run text recognition (OCR) and save a PDF with a text layer.",
    )  # fmt: skip


def no_letters(name: str) -> RefusedFile:
    """A PDF whose letters cannot be told."""
    return RefusedFile(
        f"{name} 的字体缺少文字编码，读出的是乱码。", f"The fonts of {name} do not tell their letters; its text comes out garbled.",
        mend_zh="请重新导出 PDF（嵌入字体），或做文字识别后重试。", mend_en="Export the PDF anew with embedded fonts, or run text recognition.",
    )  # fmt: skip


def encrypted(name: str) -> RefusedFile:
    """A password is needed."""
    return RefusedFile(
        f"{name} 已加密，需要密码才能读取。", f"{name} is encrypted and needs a password.",
        mend_zh="请去除密码后另存，再重试。", mend_en="Save it without a password.",
    )  # fmt: skip


def broken(name: str, kind: str) -> RefusedFile:
    """The file is damaged; `kind` is what it claims to be."""
    zh, en = KINDS[kind]
    return RefusedFile(
        f"{name} 已损坏，不能作为{_set_off(zh)}读取。", f"{name} is damaged and cannot be read as {en}.",
        mend_zh="请用原来的程序打开并另存后重试。", mend_en="Open it in the program it came from and save it anew.",
    )  # fmt: skip


def other_content(name: str, suffix: str, kind: str) -> RefusedFile:
    """The ending of the name says one thing, the content another."""
    zh, en = KINDS[kind]
    mend_zh, mend_en = _SAVE_AS.get(
        kind, ("请核对文件，改用正确的扩展名后重试。", "Check the file and give it the right ending.")
    )
    return RefusedFile(
        f"{name} 的扩展名是 {suffix}，内容却是{_set_off(zh)}。", f"{name} ends in {suffix}, but its content is {en}.",
        mend_zh=mend_zh, mend_en=mend_en,
    )  # fmt: skip


def unsupported(name: str, kind: str) -> RefusedFile:
    """A format no reader knows; `kind` is what it is."""
    zh, en = KINDS[kind]
    mend_zh, mend_en = _SAVE_AS.get(kind, (READABLE_ZH, READABLE_EN))
    return RefusedFile(
        f"{name} 是{_set_off(zh)}，不能直接收入。",
        f"{name} is {en}, which is not read.",
        mend_zh=mend_zh,
        mend_en=mend_en,
    )


def old_workbook(name: str) -> RefusedFile:
    """A workbook of the time before .xlsx."""
    return RefusedFile(
        f"{name} 是旧版 .xls 工作簿。", f"{name} is an old .xls workbook.", mend_zh="请另存为 .xlsx。", mend_en="Save it as .xlsx."
    )  # fmt: skip


def unknown_ending(name: str) -> RefusedFile:
    """No reader for this ending."""
    return RefusedFile(
        f"{name} 的格式不在可收入之列。", f"{name} is of no readable format.", mend_zh=READABLE_ZH, mend_en=READABLE_EN
    )


def too_large(name: str, size: int, most: int) -> RefusedFile:
    """More bytes than a file may have."""
    return RefusedFile(
        f"{name} 有 {size / 1e6:.1f} MB，超过上限 {most / 1e6:.0f} MB。", f"{name} has {size / 1e6:.1f} MB; {most / 1e6:.0f} MB are allowed.",
        mend_zh="请压缩图片或拆分文件；管理员可用 JUMOU_MOST_UPLOAD_BYTES 调整上限。",
        mend_en="Shrink its pictures or split it; JUMOU_MOST_UPLOAD_BYTES sets the limit.",
    )  # fmt: skip


def bomb(name: str, unpacked: int, size: int) -> RefusedFile:
    """It unpacks to far more than it weighs."""
    return RefusedFile(
        f"{name} 解压后约 {unpacked / 1e6:.0f} MB，是原文件的 {unpacked // max(size, 1)} 倍，疑为压缩炸弹，已拒绝。",
        f"{name} unpacks to about {unpacked / 1e6:.0f} MB, {unpacked // max(size, 1)} times its size, like a zip bomb, and is refused.",
        mend_zh="请另存为新的文件后重试。", mend_en="Save it as a new file.",
    )  # fmt: skip


def too_many(name: str, what_zh: str, what_en: str, most: int) -> RefusedFile:
    """More pages, cells, parts or characters than a file may have."""
    return RefusedFile(
        f"{name} 的{what_zh}超过上限 {most}。", f"{name} has more than {most} {what_en}.",
        mend_zh="请拆分文件，或删去与规划无关的部分。", mend_en="Split the file, or leave out what the plan does not need.",
    )  # fmt: skip


def too_deep(name: str, most: int) -> RefusedFile:
    """Elements nested beyond the bound."""
    return RefusedFile(
        f"{name} 的内容嵌套超过 {most} 层，已拒绝。", f"The content of {name} is nested more than {most} levels deep.",
        mend_zh="请另存为纯文本或重新排版后重试。", mend_en="Save it as plain text or lay it out anew.",
    )  # fmt: skip


def entities(name: str) -> RefusedFile:
    """The XML inside declares entities, which no office program writes."""
    return RefusedFile(
        f"{name} 内含 XML 实体声明，可能用于攻击，已拒绝。", f"{name} declares XML entities, as attacks do, and is refused.",
        mend_zh="请在 Office 中打开并另存后重试。", mend_en="Open it in an office program and save it anew.",
    )  # fmt: skip


def too_costly(name: str) -> RefusedFile:
    """Reading it took more time or memory than a file may."""
    return RefusedFile(
        f"读取 {name} 超出时间或内存限额，已停止。", f"Reading {name} took more time or memory than allowed and was stopped.",
        mend_zh="请拆分文件，或另存为更简单的格式后重试。", mend_en="Split the file or save it in a simpler format.",
    )  # fmt: skip


def ended(name: str, kind: str, why: str, depth: int) -> RefusedFile:
    """What became of the process that read it: `costly`, `deep` or `broken`."""
    if why == "costly":
        return too_costly(name)
    return too_deep(name, depth) if why == "deep" else broken(name, kind)


def unknown_encoding(name: str) -> RefusedFile:
    """Bytes that are no text in any known encoding."""
    return RefusedFile(f"{name} 的文字编码无法识别。", f"The encoding of {name} is unknown.", mend_zh="请另存为 UTF-8。", mend_en="Save it as UTF-8.")  # fmt: skip


def bad_description(name: str, what_zh: str, what_en: str) -> RefusedFile:
    """Front matter or a sidecar does not describe a document."""
    return RefusedFile(
        f"{name} 的说明不合规：{what_zh}。", f"The description of {name} does not hold: {what_en}.",
        mend_zh="请改正该项，或删去它由程序推断。", mend_en="Correct the entry, or leave it out.",
    )  # fmt: skip


def same_content(title: str) -> tuple[str, str]:
    """What is said of a file that is in already under another name."""
    return f"内容与已收入的《{title}》相同，未重复收入。", f"The same content is in already as “{title}”."
