// What the editor says of the graph: finding nodes, subgraphs, the outline, and what is said on the canvas, in English.
import { inEnglish, type TipWords } from '../../nodes/litegraph/tooltips.ts'
import { wiresInEnglish, type WireWords } from '../../nodes/litegraph/wires.ts'
import { zonesInEnglish } from '../../nodes/litegraph/zones.ts'
import { plural } from './counts.ts'

export const enGraph = {
  palette: {
    label: 'Find a node',
    placeholder: 'Find a node…',
    fitting: (type: string) => `Nodes that take ${type}`,
    giving: (type: string) => `Nodes that give ${type}`,
    none: (query: string) => `No node matches “${query}”`,
    noneFits: 'No node fits this wire',
    instead: (node: string) => `In the place of ${node}`,
    noneInstead: 'No other node takes all of its wires',
    noneHint: 'Try a shorter word, or the name of a category.',
    recent: 'Recent',
    to: (slot: string) => `to ${slot}`,
    hint: ['choose', 'add', 'close'],
  },

  finder: {
    commands: 'Find a command',
    commandsHint: 'What do you want to do?',
    noCommand: (query: string) => `No command matches “${query}” now`,
    nodes: 'Find in the graph',
    nodesHint: 'A title, a type, a value…',
    noNode: (query: string) => `No node of this workflow matches “${query}”`,
  },

  categories: {
    data: 'Data',
    process: 'Process',
    model: 'Model',
    training: 'Training',
    sampling: 'Sampling',
    steps: 'Sampling steps',
    loops: 'Loops',
    evaluate: 'Evaluate',
    view: 'View',
    files: 'Files',
    tools: 'Tools',
    mine: 'My nodes',
  } as Record<string, string>,

  mine: {
    save: 'Save as a node of mine',
    replace: 'Save in its place',
    update: 'Take the newer one',
    standing: {
      same: 'Kept among your nodes, as it is here.',
      older: 'Among your nodes there is a newer one. Workflows keep the copy they have until you say so.',
      changed: 'Among your nodes it is kept as it was before it was changed here.',
    },
    kept: (name: string) => `${name} is among your nodes now`,
    insert: (name: string) => `Add ${name}`,
  },

  subgraph: {
    graph: 'Graph',
    path: 'Where you are in the graph',
    up: (title: string) => `Back to ${title}`,
    make: 'Make a subgraph of the selected nodes',
    makeIt: 'Make',
    unnamed: 'Subgraph',
    nothing: 'Select the nodes that are to become a subgraph',
    refusal: 'These nodes cannot become a subgraph',
    refused: {
      half: (nodes: string) =>
        `A loop is whole or not in it: the other end, ${nodes}, is outside. It is selected now too; add what runs between both ends.`,
      around: (nodes: string) =>
        `What comes out of them goes through ${nodes} and back into them, so the subgraph would wait for itself. These are selected now too.`,
    },
    itself: 'A subgraph cannot contain itself',
    inputs: 'Inputs',
    inputsAbout: 'What comes into this subgraph. A wire from + adds an input.',
    outputs: 'Outputs',
    outputsAbout: 'What goes out of this subgraph. A wire to + adds an output.',
    slots: 'Slots',
    noSlots: 'None yet: draw a wire to or from +.',
    slotName: (name: string) => `Name of ${name}`,
    earlier: (name: string) => `Move ${name} up`,
    later: (name: string) => `Move ${name} down`,
    remove: (name: string) => `Remove ${name}`,
    badName: (name: string) => `“${name}” cannot be the name of a slot, or there is one already`,
    about: 'Subgraph',
    name: 'Name',
    description: 'What it does',
    shared: (count: number) => `${count} nodes stand for it: what is changed inside changes in all of them.`,
    enter: 'Go inside',
    unpack: 'Unpack',
    promote: (name: string) => `Set ${name} from outside`,
    demote: (name: string, as: string) => `Set from outside as ${as}: set ${name} only here`,
  },

  outline: {
    label: 'Outline of the graph',
    nodes: (count: number) => plural(count, 'node'),
    empty: 'No nodes yet',
    emptyHint: 'Add one, and then others that take what it gives.',
    loop: (start: string) => `Loop of ${start}`,
    wire: (slot: string, from: string) => `${slot} from ${from}`,
    nothing: 'Nothing',
    goesTo: (places: string[]) => `to ${places.join(', ')}`,
    unused: 'goes nowhere',
    wireMenu: (slot: string) => `More for the wire to ${slot}`,
    addFor: (slot: string) => `Add a node that gives ${slot}`,
    addAfter: (slot: string) => `Add a node that takes ${slot}`,
    inside: (way: string) => `Inside of ${way}`,
    within: (count: number) => `${plural(count, 'node')} inside`,
    show: 'Show on the canvas',
    states: { running: 'running', done: 'done', cached: 'kept from an earlier run', fault: 'has a problem' },
    parts: { muted: 'muted', bypassed: 'bypassed', waits: 'waits for a muted node' },
  },

  /** What lies under the pointer on the canvas. */
  tips: inEnglish as Omit<TipWords, 'declared'>,

  /** What a wire carries. */
  look: {
    into: (slot: string) => `What ${slot} carries`,
    looking: 'Looking…',
    none: 'Shows after a run',
    notYet: 'Nothing yet in this run',
    iteration: (number: string) => `iteration ${number}`,
    stale: 'Of the last run; the graph was changed since.',
    tooLarge: 'Too large to be kept after its step.',
    sample: (count: string) => `Histogram of ${count} of them`,
    noNaN: 'none',
    infinite: 'infinite',
  },

  /** What is said of loops on the canvas. */
  zones: {
    ...zonesInEnglish,
    runsOnce: 'Runs once: nothing of the loop reaches it.',
    inBody: 'In the body of the loop, wherever it lies.',
    takes: (slot: string, start: string) => `In the body, wherever it lies: takes ${slot} of ${start}.`,
    takesThrough: (slot: string, node: string) => `In the body, wherever it lies: takes ${slot} of ${node}, which is in it.`,
  },

  /** Why a wire cannot be. */
  wires: {
    ...wiresInEnglish,
    loopStays: 'The wire of a loop goes straight from its Start to its End.',
  } as WireWords & { loopStays: string },

  canvas: {
    label: 'Graph. Double-click to add a node. The outline, Alt+O, has all of it as a list.',
    empty: 'An empty canvas',
    emptyHint: 'Double-click anywhere to find a node, or open a ready workflow.',
    openGallery: 'Open the gallery',
    unknown: 'not known here; kept as it is',
    noView: 'Shows after a run',
    noViewYet: 'Nothing to show yet',
    write: 'Double-click to write.',
    choose: { checkpoint: 'choose a checkpoint…', dataset: 'choose images…' },
  },
}
