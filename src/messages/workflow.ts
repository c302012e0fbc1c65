// Errors and notices of workflow files. Errors begin with the part of the file: "nodes[3].pos: ...".
import { catalogue } from '../engine/base/catalogue.ts'

export const workflowMessages = catalogue('workflow', {
  // values
  wrongValue: 'expected {expected}, got {got}.',
  missingValue: 'expected {expected}.',
  tooDeep: 'nested more than {levels} levels deep.',
  textTooLong: 'a text of {length} characters is too long.',
  nameTooLong: 'a name of {length} characters is too long.',
  tooManySlots: '{count} slots are too many.',
  tooManySlotsInAll: 'expected at most {most} slots in all nodes, got more.',
  tooManyLinks: '{count} links are too many.',
  tooManyNodes: 'expected at most {most} nodes, got {count}.',
  litegraphLimit:
    'expected at most {most} nodes, which litegraph allows here, got {count}. Raise LiteGraph.MAX_NUMBER_OF_NODES before it is loaded.',
  undeclared: 'unknown node type {type}. Pass its declaration as well.',
  noSuchWire: 'there is no slot for the wire from {from}.',
  sameId: 'two nodes have the id {id}.',
  newerFormat:
    'written by a newer version (format {format}; this one reads up to {newest}). Update to open it.',

  // files
  tooLarge: 'Expected a file of at most {most} MB, got {size} MB.',
  tooManyValues: 'Expected a file of at most {most} values, got more.',
  notJson: 'The file is not JSON: {problem}',
  otherJson: 'Expected a workflow, got a JSON {kind}.',
  apiFormat:
    'Expected a workflow, got ComfyUI\'s API format (a prompt), which has no positions. Save the workflow itself ("Save", not "Export (API)").',
  wrapped:
    'Expected a workflow, got one inside something else (a request or a history entry). Save the workflow itself.',
  collection: 'Expected one workflow, got a collection of {count} graphs ({names}).',
  diffusersConfig:
    'Expected a workflow, got a configuration of diffusers. Open a checkpoint with LoadCheckpoint.',
  noNodes: 'Expected a workflow, got JSON without nodes.',
  noWorkflow: 'There is no {file} in the ZIP.',
  bundledSize: 'expected at most {most} bytes, got {size}.',
  bundledHash: 'the file is not the one that its SHA-256 stands for.',
  linkDamaged: 'the link is damaged: perhaps its end was cut off.',
  linkTooLarge: 'expected at most {most} MB in the link, got more.',
  notPng: 'Expected a PNG image, got another file.',
  pngCutOff: 'the image is damaged: its end is missing from chunk {number} on.',
  pngCrc: 'the image is damaged: chunk {number} ({type}) does not match its CRC-32.',
  pngEnd: 'the image is damaged: its last chunk, IEND, is missing.',
  pngChunk: 'the image is damaged: the compressed text in its chunk {type} cannot be unpacked.',
  pngPrompt:
    "Expected a workflow in this image, got a prompt in ComfyUI's API format, which has no positions.",
  pngWithout:
    'Expected a workflow in this image, got none. Many sites and messengers remove it: ask for the original file.',
  pngText: 'The text inside the image is too long.',

  // notices
  notFinite: 'NaN and Infinity are not JSON. They are read as null.',
  keyIgnored: '{key} was ignored: a file must not set it.',
  unknownParams: '{type} (node {id}) has no {params}: kept in the file, without effect.',
  markup: '{part} contains markup, which is shown as text.',
  linkWithoutEnd: '{part} was ignored: there is no {missing}.',
  sameLink: '{part} was ignored: there is another link {id}.',
  secondWire: '{part} was ignored: its input is connected already.',
  slotGone:
    '{type} (node {id}) has no slot {slot} any more. Its wire is kept so that you can see it.',
  wireGone: '{type} (node {id}) has no slot {slot} any more. Its wire was removed.',
  moreNotices: 'Further notices, which are not listed: {count}.',
  foreignKeys: 'Ignored, because they are not part of a workflow: {keys}.',

  // subgraphs
  sameSubgraph: 'there is another {id}.',
  tooManySubgraphs: 'expected at most {most} subgraphs, got {count}.',
  containsItself: 'it contains itself: {path}.',
  nestedTooDeep: 'expected subgraphs at most {most} deep in one another, got more.',
  sameSlot: 'two slots are called {name}.',
  widgetGone: '{name} of node {id} in a subgraph is no longer set from outside.',
  tooManyNodesInside: 'expected at most {most} nodes with those in subgraphs, got {count}.',
  tooLargeInside: 'expected at most {most} links and slots with those in subgraphs, got {count}.',
  colon: 'the id {id} has a colon, which separates the ids of nodes in subgraphs.',
})

/** Values of workflow files. */
export const workflowWords = catalogue('workflowWords', {
  nothing: 'nothing',
  number: 'a number',
  finiteNumber: 'a finite number',
  integer: 'an integer',
  text: 'text',
  list: 'a list',
  listOf: 'a list of {count}',
  object: 'an object',
  plainData: 'plain data',
  node: 'a node',
  nodes: 'a list of nodes',
  id: 'an integer or a short name',
  twoNumbers: 'two numbers',
  fourNumbers: 'four numbers',
  slots: 'a list of slots',
  slot: 'a slot',
  slotNumber: 'the number of a slot',
  namedValues: 'values by name',
  link: '[id, from node, slot, to node, slot, type]',
  group: 'a group',
  uuid: 'a UUID',
  shortName: 'a short name',
  missingOutput: 'output {slot} of node {node}',
  missingInput: 'input {slot} of node {node}',
  jsonList: 'list',
  jsonString: 'string',
  jsonBoolean: 'boolean',
})
