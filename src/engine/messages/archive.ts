// Errors of archives: ZIP and gzip files, and folders of checkpoints. They name the damaged part.
import { catalogue } from '../base/catalogue.ts'

export const archiveMessages = catalogue('archive', {
  tooManyFiles: 'Expected at most {most} files in the ZIP, got more.',
  tooLarge: 'Expected at most 2 GiB in the ZIP, got more.',
  damaged: 'The file is not a ZIP, or it is damaged.',
  twice: '{path} is there twice.',
  empty: 'The folder is empty.',
  outside: 'Expected a path inside the folder, got {path}.',
  missing: '{path} is missing in the ZIP.',
  configTooLong: 'Expected a configuration, got {path} with {bytes} bytes, too long for one.',
  notJson: '{path} is not JSON.',
  notAnObject: '{path} is not a JSON object.',

  // the list of files in a ZIP
  directoryPlace: 'The ZIP is damaged: its list of files is not where its end says.',
  directoryEntry: 'The ZIP is damaged: entry {index} of {count} in its list of files is not valid.',

  // files in a ZIP
  encrypted: '{path} in the ZIP is encrypted.',
  entryPlace: '{path} in the ZIP is damaged: its data overlap what follows.',
  localHeader: '{path} in the ZIP is damaged: its header differs from the list of files.',
  method: 'Expected {path} in the ZIP to be stored or deflated, got compression method {method}.',
  entryPacked: '{path} in the ZIP is damaged: its compressed data cannot be unpacked.',
  entryLonger: '{path} in the ZIP is damaged: expected {size} bytes, got more.',
  entryShorter: '{path} in the ZIP is damaged: expected {size} bytes, got fewer.',
  crc: '{path} in the ZIP is damaged: expected the CRC-32 {expected}, got {got}.',
  entryTooLarge: 'Expected {path} in the ZIP to have at most {most} bytes, got {size}.',
  ratio: 'Expected {path} in the ZIP to unpack to at most {most} times its size, got more.',

  // gzip
  gzipHeader: 'The gzip file is damaged: its header is not valid.',
  gzipCutOff: 'The gzip file is damaged: its end is missing.',
  gzipPacked: 'The gzip file is damaged: its compressed data cannot be unpacked.',
  gzipLarger: 'Expected at most {most} bytes in the gzip file, got more.',
  gzipSize: 'The gzip file is damaged: expected {expected} bytes, as its end says, got {got}.',
  gzipCrc: 'The gzip file is damaged: expected the CRC-32 {expected}, got {got}.',

  // cures
  downloadAgain: 'Download or copy the file again: it was cut short or changed.',
  repack: 'Unpack it with another program, and pack it again as an ordinary ZIP.',
  fewer: 'Choose a smaller file, or unpack it and choose what you need.',
  choose: 'Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.',
})
