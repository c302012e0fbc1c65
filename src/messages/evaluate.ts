// Faults of nodes that evaluate and observe.
import { catalogue } from '../engine/base/catalogue.ts'

export const evaluateMessages = catalogue('evaluate', {
  // layers
  itemOfBatch: 'Expected an item of the batch, from 0 to {last}, got {got}.',
  chooseItem: 'Set it to {last} or less.',

  // shapes
  images: 'Expected images [b, h, w, c], got [{shape}].',
  useSpectrum: 'Connect images. For the density of points, use Spectrum.',
  imageItems: 'Expected images, which are items of shape [h, w, c], got items of shape [{shape}].',
  connectImages: 'Connect a data set of images.',
  pointItems:
    'Expected points in the plane, which are items of shape [2], got items of shape [{shape}].',
  vectorItems: 'Expected points, which are items of shape [d], got items of shape [{shape}].',
  useFrechet: 'Connect points. For images, use FrechetDistance.',
  connectPoints: 'Connect a data set of points.',
  points: 'Expected points in the plane, [n, 2], got [{shape}].',
  plottedItems:
    'Expected points with one to three coordinates, which are items of shape [1], [2] or [3], got items of shape [{shape}].',
  inspectOthers: 'Connect such points, or use Inspect.',
  sameDimension: 'Expected items of shape [{expected}], as in the first cloud, got [{shape}].',
  pathsOnLine: 'Expected paths in the plane or in space, got paths on the line.',
  useDensityOverTime: 'Connect the trajectory to DensityOverTime.',
  trajectoryOnLine:
    'Expected a trajectory of points on the line, [n, 1], got frames of shape [{shape}].',
  usePlot: 'Connect points with one coordinate. For others, use Scatter or FilmStrip.',
  inspectPoints: 'Connect points with two coordinates, or use Inspect.',
  imagesNotPoints: 'Expected images [b, h, w, c], got points [{shape}].',
  useScatter: 'Connect images. For points, use Scatter.',
  transformImages: 'Connect images. Of points, only channels can be joined and split.',
  cropOutside:
    'Expected a rectangle inside images of {height} x {width}, got one that ends at row and column {to}.',
  cropInside: 'Lower it, or the size of the rectangle.',
  channelSides: 'Expected the sides of a, [{expected}], except for the last one, got [{shape}].',
  sameSides: 'Connect as many images of the same size, or as many points. Resize changes sizes.',
  splitChannels: 'Expected at most {most} of {all} channels, so that some remain, got {channels}.',
  fewerToSplit: 'Lower channels.',
  imagesToShow: 'Expected images [b, h, w, c], got [{shape}].',
  inspectImages: 'Connect images, or use Inspect.',
  channels: 'Expected 1 channel (grey) or 3 (red, green, blue), got {channels}: [{shape}].',
  toPixels: 'Turn channels into pixels with DepthToSpace, or use Inspect.',
  imagesOrPoints: 'Expected images [b, h, w, c] or points [b, 2], got items of shape [{shape}].',
  connectImagesOrPoints: 'Connect images or points.',
  previewLabels: 'Expected one label for each of {expected} images, or one for all, got {got}.',
  connectLabels: 'Connect the labels of these images.',
  arrows: 'Expected both ends of the arrows, got one.',
  connectField: 'Connect to field_at the points that the prediction was made for.',
  powerRange: 'Expected y_max above y_min, {min}, got {max}.',
  raisePower: 'Raise y_max, or lower y_min.',

  // comparisons
  sameItems:
    'Expected as many items as the reference, of the same shape, [{expected}], got [{got}].',
  sameNumbers: 'Expected one number or {expected} numbers in the reference, got {got}.',
  connectSameShape: 'Connect a value of the same shape to `reference`.',
  connectSameNoise:
    'Connect samples from the same noise as the reference, or measure distributions.',
  pointsToCompare:
    'Expected points of one dimension, [n, d], got [{got}] and the reference [{expected}].',
  measureRms: 'Connect points, or set `measure` to rms.',
  twoItems: 'Expected at least two items of a distribution, got {count}.',
  connectMore: 'Connect more. Some hundred items give useful numbers.',
  referenceShape: 'Expected items of the shape of the reference, [{expected}], got [{got}].',
  connectReference: 'Connect the training data of the model to `reference`.',
  datasetShape: 'Expected items of the shape of the data set, [{expected}], got [{got}].',
  connectSimilar: 'Connect the data set that the samples imitate.',
  emptyDataset: 'Expected at least one item in the data set, got none.',
  chooseDataset: 'Choose another data set.',
  neighbours:
    'Expected more than {k} samples and more than twice as many reference items to find the neighbour number {k}, got {samples} and {reference}.',
  lowerK: 'Connect more, or lower k.',
  modesWithoutLabels: 'Expected data with labels, which are its modes, got none.',
  connectModes: 'Connect data with classes, such as eight_gaussians of Points.',

  // classifiers
  noClasses: 'Expected a data set with classes to tell apart, got one without.',
  connectLabelled:
    'Connect a data set with labels. For images of your own, folders are the labels.',
  noLevels: 'Expected at least one level, got none.',
  writeLevels: 'Write one number per level, such as 16, 32.',
  levelChannels: 'Expected at most {most} channels per level, got {channels}.',
  fewerChannels: 'Use a few dozen channels, such as 16, 32.',
  halvings:
    'Expected images that can be halved {halvings} times for {levels} levels, got {height} x {width}, which can be halved {possible} times.',
  fewerLevels: 'Use at most {most} levels.',
  groups: 'Expected channels that norm_num_groups, {groups}, divides, got {channels}.',
  fitGroups: 'Choose channels that are multiples of norm_num_groups, or fewer groups.',
})
