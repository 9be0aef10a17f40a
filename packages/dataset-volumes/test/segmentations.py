"""Writes a DICOM series and segmentations of it: python3 segmentations.py FOLDER; needs highdicom."""

import os
import sys
import warnings

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sr.codedict import codes

warnings.filterwarnings("ignore")
folder = sys.argv[1]
ROWS, COLUMNS, SLICES = 6, 5, 5
CT = "1.2.840.10008.5.1.4.1.1.2"
os.makedirs(f"{folder}/ct/a")
os.makedirs(f"{folder}/seg")
slices = []
for z in range(SLICES):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CT, f"1.2.3.4.{z + 1}"
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    d = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    d.SOPClassUID, d.SOPInstanceUID, d.Modality = CT, meta.MediaStorageSOPInstanceUID, "CT"
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = "1.2.3", "1.2.3.5", "1.2.9"
    for name in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"):
        setattr(d, name, "")
    for name in ("AccessionNumber", "StudyID", "ReferringPhysicianName"):
        setattr(d, name, "")
    d.InstanceNumber = z + 1
    d.ImagePositionPatient, d.ImageOrientationPatient = [0, 0, 3 * z], [-1, 0, 0, 0, -1, 0]
    d.PixelSpacing, d.SliceThickness = [2, 1], 3
    d.SamplesPerPixel, d.PhotometricInterpretation, d.Rows, d.Columns = 1, "MONOCHROME2", ROWS, COLUMNS
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
    d.PixelData = np.full((ROWS, COLUMNS), z, np.int16).tobytes()
    d.save_as(f"{folder}/ct/a/{z}.dcm", enforce_file_format=True)
    slices.append(d)

# Voxels [z, y, x]: 1 in the second slice, 2 in the second and the fourth; none in the third.
labels = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
labels[1, 2, 3] = 1
labels[1, 4, 1] = 2
labels[3, 0, 0] = 2


def write(name, pixels, names, kind="BINARY", **more):
    segments = [
        hd.seg.SegmentDescription(
            at + 1, label, codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
        )
        for at, label in enumerate(names)
    ]
    made = hd.seg.Segmentation(
        slices, pixels, kind, segments, hd.UID(), 1, hd.UID(), 1, "x", "x", "1", "1", **more
    )
    made.save_as(f"{folder}/seg/{name}.dcm")


both = ["lesion", "organ"]
write("gaps", labels, both)
write("whole", labels, both, omit_empty_frames=False)
write("swapped", labels, both[::-1])
overlapping = np.stack([labels > 0, labels > 1], axis=-1).astype(np.uint8)
write("overlapping", overlapping, both)
write("fractions", (labels == 1) * 0.5, ["lesion"], kind="FRACTIONAL")

structures = Dataset()
structures.file_meta = FileMetaDataset()
structures.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
structures.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.99"
structures.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
structures.SOPClassUID, structures.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.3.4.99"
structures.Modality, structures.StructureSetLabel = "RTSTRUCT", "x"
structures.save_as(f"{folder}/seg/structures.dcm", enforce_file_format=True)
