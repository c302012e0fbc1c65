// Errors of dataset files and of imported images.
import { catalogue } from '../base/catalogue.ts'

export const datasetMessages = catalogue('datasets', {
  // files
  extra: 'Expected images and labels in the file, got {names} as well.',
  aboveWhite: 'Expected values up to white, which is {white}, got larger ones.',
  noImages: 'The file holds no images.',
  pointsForImages: 'Expected a data set of images, got one of points. Choose it in StoredPoints.',
  imagesForPoints: 'Expected a data set of points, got one of images. Choose it in Images.',
  extraInPoints: 'Expected points and labels in the file, got {names} as well.',
  pointShape:
    'Expected points of shape [n, dim] with finite numbers, F32, and dim from 1 to {most}, got [{shape}].',
  pointNumber: 'Expected finite numbers, got {value} in point {point}.',
  imageType: 'Expected images as bytes (U8), got another type.',
  imageShape: 'Expected images of shape [n, h, w, c], with c 1 or 3, got [{shape}].',
  empty: 'Expected at least one image, got none.',
  sides: 'Expected sides of 1 to {most} pixels, got {width} x {height}.',
  tooManyValues: 'Expected at most {most} values in all images, got {count}.',
  white: 'Expected white to be from 1 to 255, got {value}.',
  labelType: 'Expected integer labels (I32 or I64), got another type.',
  labelShape: 'Expected one label per item, [{count}], got [{shape}].',
  labelRange: 'Expected labels from 0 to {last}, got {least} to {greatest}.',
  namesNotJson: 'The names of the classes are not JSON.',
  namesNotTexts: 'The names of the classes are not a list of texts.',
  captionsNotJson: 'The captions are not JSON.',
  captionList:
    'Expected a list of captions, one text of at most {most} characters for each of {count} images.',

  // MNIST
  notIdx: 'Expected an idx file of bytes with {rank} axes, got another file.',
  idxSize: 'Expected {expected} bytes for an array of shape [{shape}], got {got}.',
  labelCount: 'Expected one label per image, {images} in all, got {labels}.',
  digitRange: 'Expected labels from 0 to 9, got larger ones.',
  digitSize: 'Expected images of at most {most} x {most}, got {width} x {height}.',

  // import
  importSize: 'Expected sides of 1 to {most} pixels for the data set, got {width} x {height}.',
  importChannels: 'Expected 1 or 3 channels, got {channels}.',
  cropPosition: 'Expected a position of two numbers from 0 to 1, got {position}.',
  importValues:
    'Expected at most {most} million numbers in all images, got {millions} million ({count} images of {width} x {height} x {channels}). Make them smaller, or choose fewer.',
  andMore: 'And {count} more.',
  tooManyFiles: 'Expected at most {most} files, got more. Choose fewer.',
  noFolders:
    'Expected images in folders, one folder per class, got none. Put the images of each class into a folder, or import without classes.',
  zipTooLarge: 'it is larger than 2 GiB',
  notAZip: 'it is not a ZIP, or is damaged',
  imageTooLarge: 'it is larger than 256 MiB',
  unreadable: 'it cannot be read',
  damagedInZip: 'it is damaged in the ZIP: its size or its CRC-32 does not match',
  heic: 'it is a HEIC photograph, which browsers cannot read: export it as JPEG',
  tooManyPixels: 'it has {width} x {height} pixels, more than 100 million',
  broken: 'it is damaged, or not a {format} that can be read here',
  notAnImage: 'it is not an image of a known kind (PNG, JPEG, WebP, GIF, BMP, AVIF)',
  captionColumns: 'its first line does not name the columns file and caption',
  captionCells: 'line {line} has {got} cells instead of {expected}; texts with commas need quotes',
  captionQuote: 'the quote in line {line} has no end',
  captionsTooLong: 'it is larger than 8 MiB',
  captionsWithoutImages: '{count} lines name no image of this import, such as {file}',
  outsideFolders: 'it is beside the folders of the classes',
  noPixels: 'It has no pixels.',
})
