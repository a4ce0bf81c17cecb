"""The plots that are in the directory, as images inside the page."""

import base64
from collections.abc import Iterator, Sequence

from nntrain.errors import NNTrainError
from nntrain.report.markup import Html, element, escaped, joined
from nntrain.storage import inside, run_files
from nntrain.subject import Subject

TITLE = "Plots"
MOST_BYTES = 1_200_000  # of all images together, which base64 makes a third larger
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BROAD = 1.6  # times as wide as high: such an image has a row of its own, as its letters would be small
_DRAWN_ABOVE = "learning_curves"  # which is interactive in the page


def content(subjects: Sequence[Subject]) -> Html:
    """Return the images; those for which there is no room are named."""
    room, images, left = MOST_BYTES, [], []
    for subject in subjects:
        for name, png in _images(subject):
            if len(png) > room:
                left.append(f"{subject.directory.path.name}/{run_files.PLOTS}/{name}.png")
                continue
            room -= len(png)
            images.append(_figure(name, png, subject.name if len(subjects) > 1 else ""))
    more = element("p", f"Too large for this page: {', '.join(left)}", class_="quiet") if left else ""
    return joined((element("div", joined(images), class_="images") if images else "", more))


def _images(subject: Subject) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the PNG files in `plots/`; a link or another file is left out."""
    directory = subject.directory
    try:
        names = inside.names(directory.path, run_files.PLOTS)
    except (OSError, NNTrainError):
        return
    for name in (file.removesuffix(".png") for file in names if file.endswith(".png")):
        if name == _DRAWN_ABOVE and subject.rows:
            continue
        try:
            with directory.open(f"{run_files.PLOTS}/{name}.png") as file:
                png = file.read(MOST_BYTES + 1)
        except NNTrainError:
            continue
        if png.startswith(_SIGNATURE):
            yield name, png


def _figure(name: str, png: bytes, subject: str) -> Html:
    words = " ".join((name.replace("_", " "), *([f"of {subject}"] if subject else [])))
    source = base64.b64encode(png).decode()
    width, height = size_of(png)
    place = f'width="{width}" height="{height}" alt="{escaped(words)}"'
    image = Html(f'<img src="data:image/png;base64,{source}" {place}>')
    kind = "broad" if width > _BROAD * height else ""
    return element("figure", joined((element("figcaption", words), image)), class_=kind)


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels, from the first chunk (PNG specification, section 11.2.2: IHDR)."""
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
