// Messages of the command line.
import { catalogue } from '../../engine/base/catalogue.ts'

export const cliMessages = catalogue('cli', {
  // arguments
  noCommand: 'Expected a command: run, check, script or import.',
  unknownCommand: 'There is no command {command}. Use run, check, script or import.',
  noFile: 'Expected a {kind} to {command}.',
  severalFiles: 'Expected one {kind}, also got {more}.',
  noResultFolder: 'Expected a folder for the results: --out dir.',
  measureWithoutState: '--measure needs a folder to store its result: --state dir.',
  noDatasetFile: 'Expected a file for the data set: --out data.safetensors.',
  size: 'Expected pixels for --size, such as 32 or 64x48, got {got}.',
  fit: 'Expected one of {names} for --fit, got {got}.',
  position: 'Expected two numbers from 0 to 1 for --position, such as 0.5,0, got {got}.',
  setting: 'Expected Node.param=value for --set, got {got}.',
  steps: 'Expected an integer above 0 for --steps, got {got}.',
  backend: 'Expected one of {names} for --backend, got {got}.',
  seeHelp: 'litegraph-diffusion --help lists all commands and options.',

  // files
  fileNotFound: 'There is no file {path}.',
  isFolder: 'Expected a file, got a folder.',
  isFile: 'Expected a folder, but {path} is a file.',
  parentIsFile: 'A part of {path} is a file, not a folder.',
  noAccess: 'No permission to read or write {path}.',
  diskFull: 'The disk is full.',

  // runs
  fault: 'fault: {text}',
  notice: 'notice: {text}',
  stopping: 'Stopping. The progress is saved. Press Ctrl+C again to exit immediately.',
  finished: '{count} files in {folder}, {seconds} s on {backend}',
  noPictures:
    'no pictures, because the package @napi-rs/canvas is not installed: npm install @napi-rs/canvas',
  compiling: 'Compiling kernels {done} of {total}',

  // import
  importProgress: '{done} of {total} files',
  skipped: 'skipped: {path}: {reason}',
  imported: '{count} images in {out}',
  importedClasses: '{count} images of {classes} classes: {names} in {out}',
  hash: 'SHA-256 {sha256}',
  noDecoder:
    'Images are read by the package @napi-rs/canvas, which is not installed: npm install @napi-rs/canvas',
})
