// Messages of the command line.
import { englishTexts } from '../engine/base/catalogue.ts'

export const cliMessages = englishTexts({
  // arguments
  noCommand:
    'Expected a command: run, check, script, torch, page, widget, onnx, import or lessons.',
  unknownCommand:
    'There is no command {command}. Use run, check, script, torch, page, widget, onnx, import or lessons.',
  noFile: 'Expected a {kind} to {command}.',
  severalFiles: 'Expected one {kind}, also got {more}.',
  noResultFolder: 'Expected a folder for the results: --out dir.',
  emptyOption: 'Expected a value for --{option}, got an empty one.',
  otherOption: 'The command {command} has no option --{option}.',
  measureWithoutState: '--measure needs a folder to store its result: --state dir.',
  float16WithoutState: '--float16-products needs a folder to store what was measured: --state dir.',
  arithmetic: '--arithmetic is one of {names}; got {got}.',
  verifyWithState: '--verify computes everything twice from the start: leave out --state.',
  noDatasetFile: 'Expected a file for the data set: --out data.safetensors.',
  noTorchFile: 'Expected a file for the program: --out train.py.',
  moduleName:
    '--out: {name} is the name of a module beside the program. Choose another name, such as train.py.',
  torchWritten: 'Wrote {files} into {folder}.',
  torchNeeds: 'It also needs {need}.',
  noPageFile: 'Expected a file for the page: --out page.html.',
  noWidgetFile: 'Expected a file for the widget: --out widget.js.',
  widgetFile: 'widget takes no workflow, got {file}. The notebook passes it as the trait workflow.',
  noPageTemplate:
    'The built file {path} is missing. Build the package first: npm run build -- library standalone.',
  noOnnxFile: 'Expected a file for the model: --out model.onnx.',
  size: 'Expected pixels for --size, such as 32 or 64x48, got {got}.',
  fit: 'Expected one of {names} for --fit, got {got}.',
  position: 'Expected two numbers from 0 to 1 for --position, such as 0.5,0, got {got}.',
  setting: 'Expected Node.param=value for --set, got {got}.',
  count: 'Expected an integer above 0 for --{option}, got {got}.',
  allowIterations:
    'Lower the numbers of nested loops, as they multiply, or allow more with --iterations.',
  threads: 'Expected an integer from 1 to {most} for --threads, got {got}.',
  backend: 'Expected one of {names} for --backend, got {got}.',
  unusedFile:
    'No node uses the {kind} {name} (SHA-256 {hash}). Files that the workflow names: {named}. Choose it with --set "Node.{param}={name}", or leave it out.',
  unreadKind: 'No node of the workflow reads a {kind}: leave out {name}.',
  namedFile: '{name} (SHA-256 {hash})',
  namesNone: 'none',
  checkpoint: 'checkpoint',
  dataset: 'data set',
  seeHelp: 'litegraph-diffusion --help lists all commands and options.',

  // files
  aFile: 'a file',
  standardOutput: 'the standard output',
  fileNotFound: 'There is no file or folder {path}. Check the path.',
  isFolder: 'Expected a file, got a folder ({path}). Name a file in it.',
  isFile: 'Expected a folder, but {path} is a file. Choose another name.',
  parentIsFile: 'A part of {path} is a file, not a folder. Choose another path.',
  noAccess: 'No permission to read or write {path}. Change its permissions or choose another path.',
  readOnly: '{path} is on a read-only file system. Choose a folder that can be written.',
  diskFull: 'The disk is full: {path} was not written. Free space and run again.',
  fileTooLarge: '{path} is larger than the system or this program allows. Use a smaller file.',
  nameTooLong: 'The path {path} is too long. Choose a shorter one.',
  notAFile: 'Expected a file, but {path} is a device. Name a workflow file.',
  fileFailed: '{path} could not be read or written ({code}). Check the disk and the path.',
  unexpected:
    'Unexpected error: {reason} Run again with --debug and report the output with the workflow.',
  unexpectedWithoutReason:
    'Unexpected error without a message. Run again with --debug and report the output with the workflow.',

  // own nodes
  moduleFailed: 'The module {file} could not be loaded: {reason}',
  noNodes:
    '{file} exports no node and no model. Export the results of defineNode, defineLoop and defineModel.',
  declaredTwice: '{file} declares the node type {type}, which exists. Give it another type.',

  // runs
  fault: 'fault: {text}',
  notice: 'notice: {text}',
  stopping: 'Stopping. The results so far are written. Press Ctrl+C again to exit immediately.',
  stoppingSaved: 'Stopping. The progress is saved. Press Ctrl+C again to exit immediately.',
  finished: '{count} files in {folder}, {seconds} s on {backend}',
  noPictures:
    'no pictures, because the package @napi-rs/canvas is not installed: npm install @napi-rs/canvas',
  compiling: 'Compiling kernels {done} of {total}',

  // check
  noFaults: '{file}: no faults',
  faultCount: '{file}: faults {faults}, notices {notices}',
  neededFile: 'The {kind} {name} (SHA-256 {hash}) is not part of this file.',
  addToPage: 'Write the page again with --{kind} and the path of that file.',
  addFile: 'Run it with --{kind} and the path of that file.',
  chooseFile: 'Choose one with --{kind} file --set "Node.{param}=file".',
  addRightFile: 'Run it with the file of this SHA-256.',

  // verify
  verifying: 'Second run, to compare the bits.',
  equal: '{output}: equal',
  different: '{output}: different{place}, {first} in the first run, {second} in the second',
  at: ' at {path}',
  missing: 'nothing',
  allEqual: 'Bit-identical: {count} of {count} outputs.',
  someDiffer: 'Not bit-identical: {different} of {count} outputs differ.',
  wireOutput: '{output} ({shownBy})',
  lossesOutput: '{title}, {count} losses',
  fileOutput: 'file {name}',
  stateOutput: 'training state {number} at step {step}',

  // lessons
  lessonAction: 'Expected one of {names} after “lessons”, got “{got}”.',
  lessonOperands:
    'Expected {count} operands after “lessons {action}”: check folder, validate folder, answer kind value, or list.',
  answerKind: 'Expected one of {names} after “answer”, got “{got}”.',
  answerValue: 'Expected an answer of the kind {kind}, got “{got}”.',
  positive: 'Expected a number above 0 for --{option}, got “{got}”.',
  noShippedLessons: 'The lessons of the program were not found. Name their folder: --lessons dir.',
  whichLesson: 'It is a workflow, not a summary. Name its lesson with --lesson, one of {names}.',
  unknownLesson: 'There is no lesson {name}. Use one of {names}.',
  nothingHandedIn: 'There is no .json, .png or .zip file in this folder. Name another folder.',
  submissionTooLarge: '{path} is larger than {most} MB. Hand in a smaller file.',
  checkingFile: 'checking {file}',
  noLessonsIn: 'The summary has no lesson. Export it again from the lessons panel.',
  lessonNotIn: 'The summary does not have the lesson {name}.',
  unknownLessonIn: 'There is no lesson {name}. Check the name, or name its folder with --lessons.',
  otherCourse: 'The lesson does not belong to the course of the summary, {course}.',
  unknownBlocks: 'The lesson has no {names}.',
  sameStudent: 'the same student as {student} in {file}',
  handInTooLong:
    'The check was ended after {seconds} s. Look at the workflow, or allow more time with --seconds.',
  handInTooLarge:
    'The check was ended because it needed more than {most} MiB of memory. Look at the workflow, or allow more with --memory.',
  handInEnded:
    'The check ended without a result ({reason}), possibly for lack of memory. Look at the workflow.',
  notStarted:
    'The process that checks hand-ins did not start ({reason}). Check the memory of this machine.',
  notChecked: 'Interrupted: {count} of {all} files were not checked.',
  claimedRight: 'the answer of {id} is wrong, but claimed to be right',
  failedTask: '{id}: {reason}',
  validated: '{lessons} lessons with {checks} checks, faults: {faults}',

  // onnx
  wroteOnnx: '{path}: {size} MB, inputs {inputs}, outputs {outputs}',
  wroteFile: '{path}: {size} MB',
  workflowSize:
    'The size of images is known for checkpoints only: save one, and write it with --size.',
  noModel: '{node} has no model. Name one of {names} with --node.',
  noModels: 'Expected a node with a model, got none. Name a workflow with one, or a checkpoint.',
  severalModels: 'The workflow has several models. Name one with --node: {names}.',
  noSlot: '{node} has no model {slot}. Use one of {names}.',
  checkpointOption: 'A checkpoint is written as it is: leave out --{option}.',

  // import
  importProgress: '{done} of {total} files',
  skipped: 'skipped: {path}: {reason}',
  imported: '{count} images in {out}',
  importedClasses: '{count} images of {classes} classes: {names} in {out}',
  importedCaptions: '{captions} with a caption',
  hash: 'SHA-256 {sha256}',
  noDecoder:
    'Images are read by the package @napi-rs/canvas, which is not installed: npm install @napi-rs/canvas',
})
