"""Writes DICOM series with real encoders (CharLS, OpenJPEG, libjpeg), each with the intensities that it means.

python3 encodedSeries.py FOLDER; needs pydicom, imagecodecs, numpy. Each series is a folder, and beside it
FOLDER/NAME.json has its intensities, x fastest, and how far lossy ones may be off.
"""

import json
import os
import sys

import imagecodecs
import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

ROWS, COLUMNS, SLICES = 12, 10, 3
CT = "1.2.840.10008.5.1.4.1.1.2"
rng = np.random.default_rng(1)


def pixels(z, stored, signed):
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    top = 2 ** (stored - 1) - 1
    smooth = np.hypot(y - 6 + z, x - 5) * top / 16 + rng.integers(0, max(2, top // 64), (ROWS, COLUMNS))
    values = np.clip(smooth, 0, top).astype(np.int64) - (top // 2 if signed else 0)
    return values.astype(np.uint8 if stored == 8 else np.int16 if signed else np.uint16)


def encoders():
    unsigned = lambda a: a.view(np.uint16) if a.dtype == np.int16 else a
    j2k = imagecodecs.jpeg2k_encode
    lossless = lambda a, bits: j2k(a, codecformat="j2k", reversible=True, level=0, bitspersample=bits)
    lossy = lambda a, bits: j2k(a, codecformat="j2k", level=60, bitspersample=bits)
    return {
        "jpegls": ("1.2.840.10008.1.2.4.80", lambda a, bits: imagecodecs.jpegls_encode(unsigned(a)), 1, 0),
        "jpegls-near": ("1.2.840.10008.1.2.4.81", lambda a, bits: imagecodecs.jpegls_encode(unsigned(a), level=2), 1, 2),
        "jpeg2000": ("1.2.840.10008.1.2.4.90", lossless, 1, 0),
        "jpeg2000-in-parts": ("1.2.840.10008.1.2.4.90", lossless, 3, 0),
        "jpeg2000-lossy": ("1.2.840.10008.1.2.4.91", lossy, 1, 8),
        "jpeg-lossless": ("1.2.840.10008.1.2.4.70", lambda a, bits: imagecodecs.ljpeg_encode(unsigned(a), bitspersample=bits), 1, 0),
        "rle": ("1.2.840.10008.1.2.5", None, 1, 0),
    }


def write(folder, name, syntax, encode, parts, off, stored, signed, kind):
    os.makedirs(os.path.join(folder, name))
    meant = []
    for z in range(SLICES):
        values = pixels(z, stored, signed)
        slope, intercept = (0.5 + 0.25 * z, 3.0 * z) if kind == "pet" else (2.0, -1024.0)
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CT
        meta.MediaStorageSOPInstanceUID = f"1.2.3.4.{z + 1}"
        meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1")
        d = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        d.SOPClassUID, d.SOPInstanceUID = CT, meta.MediaStorageSOPInstanceUID
        d.StudyInstanceUID, d.SeriesInstanceUID = "1.2.3", "1.2.3.5"
        d.ImagePositionPatient = [0, 0, 3 * z]
        d.ImageOrientationPatient = [-1, 0, 0, 0, -1, 0]
        d.PixelSpacing, d.SliceThickness = [2, 1], 3
        d.SamplesPerPixel, d.Rows, d.Columns = 1, ROWS, COLUMNS
        d.PhotometricInterpretation = "MONOCHROME1" if kind == "inverted" else "MONOCHROME2"
        d.BitsAllocated, d.BitsStored, d.HighBit = 8 * values.dtype.itemsize, stored, stored - 1
        d.PixelRepresentation = int(signed)
        d.RescaleSlope, d.RescaleIntercept = slope, intercept
        if encode is None:
            d.PixelData = values.tobytes()
            d.compress(UID(syntax))
        else:
            d.PixelData = encapsulate([bytes(encode(values, stored))], fragments_per_frame=parts)
            d["PixelData"].VR, d["PixelData"].is_undefined_length = "OB", True
            meta.TransferSyntaxUID = UID(syntax)
        d.save_as(os.path.join(folder, name, f"{z}.dcm"), enforce_file_format=True)
        ends = -1 if signed else 2**stored - 1
        numbers = ends - values.astype(float) if kind == "inverted" else values.astype(float)
        meant.extend((numbers * slope + intercept).ravel().tolist())
    with open(os.path.join(folder, f"{name}.json"), "w") as file:
        json.dump({"off": 2 * off, "values": meant}, file)


for name, (syntax, encode, parts, off) in encoders().items():
    for stored, signed in ((8, False), (12, False), (16, True)):
        for kind in ("plain", "pet", "inverted"):
            if off and (signed or stored != 12):
                continue
            write(sys.argv[1], f"{name}-{stored}-{kind}", syntax, encode, parts, off, stored, signed, kind)
# High-throughput JPEG 2000, which no kept library of npm reads: the codestream does not matter.
lossless = encoders()["jpeg2000"][1]
write(sys.argv[1], "htj2k", "1.2.840.10008.1.2.4.201", lossless, 1, 0, 12, False, "plain")
# The codestream says 16 bits, the header 12.
write(sys.argv[1], "contradicting", "1.2.840.10008.1.2.4.90", lambda a, bits: lossless(a, 16), 1, 0, 12, False, "inverted")
