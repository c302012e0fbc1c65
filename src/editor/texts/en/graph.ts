// English texts on the graph: node search, subgraphs, the outline and the canvas.
import { englishTips, type TipWords } from '../../../litegraph/tooltips.ts'
import { englishWires } from '../../../litegraph/wires.ts'
import { englishZones } from '../../../litegraph/zoneDrawing.ts'
import { plural } from '../counts.ts'

export const enGraph = {
  palette: {
    label: 'Find a node',
    placeholder: 'Find a node…',
    withInput: (type: string) => `Nodes with input ${type}`,
    withOutput: (type: string) => `Nodes with output ${type}`,
    none: (query: string) => `No node matches “${query}”`,
    noneFitsLink: 'No node fits this link',
    replace: (node: string) => `Replace ${node} with`,
    noReplacement: 'No other node fits all of its links',
    noneHint: 'Try a shorter word, or the name of a category.',
    recent: 'Recent',
    often: 'Often used',
    suggested: 'Suggested',
    to: (slot: string) => `to ${slot}`,
    hint: ['select', 'confirm', 'close'],
  },

  /** Lists of many choices. */
  choices: {
    search: 'Search choices…',
    none: (query: string) => `No choice matches “${query}”`,
    groups: {
      deterministic: 'Deterministic',
      freshNoise: 'With fresh noise in each step',
      distilled: 'For distilled models',
    },
  },

  finder: {
    commands: 'Search commands',
    commandsHint: 'Type a command…',
    noCommand: (query: string) => `No command matches “${query}”`,
    nodes: 'Find in graph',
    nodesHint: 'Title, type or value…',
    noNode: (query: string) => `No node matches “${query}”`,
  },

  categories: {
    data: 'Data',
    process: 'Process',
    model: 'Model',
    layers: 'Layers',
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

  myNodes: {
    save: 'Save to my nodes',
    replace: 'Replace in my nodes',
    update: 'Update to newer version',
    status: {
      same: 'Same as in your nodes.',
      older: 'Your nodes contain a newer version. Workflows keep their copy until you update it.',
      changed: 'Your saved copy differs from this one.',
    },
    saved: (name: string) => `Saved ${name} to my nodes`,
    insert: (name: string) => `Add ${name}`,
  },

  edit: {
    refused: 'This change was not made',
    notData: (problem: string) =>
      `The workflow would contain a value that cannot be stored in a file (${problem}).`,
  },
  subgraph: {
    graph: 'Graph',
    path: 'Position in the graph',
    up: (title: string) => `Back to ${title}`,
    convertSelected: 'Convert selected nodes to a subgraph',
    convert: 'Convert',
    unnamed: 'Subgraph',
    nothing: 'Select the nodes to convert to a subgraph',
    refusal: 'These nodes cannot become a subgraph',
    refused: {
      splitLoop: (nodes: string) =>
        `A subgraph must contain the entire loop. Its other end, ${nodes}, was not selected; it ` +
        'is now. Add the nodes between both ends.',
      cycle: (nodes: string) =>
        `Outputs of the subgraph would return to it through ${nodes}, so it would wait for ` +
        'itself. These nodes are now selected too.',
    },
    containsItself: 'A subgraph cannot contain itself',
    inputs: 'Inputs',
    inputsAbout: 'Values that enter this subgraph. Connect from + to add an input.',
    outputs: 'Outputs',
    outputsAbout: 'Values that leave this subgraph. Connect to + to add an output.',
    slots: 'Slots',
    noSlots: 'None yet. Connect to or from + to add one.',
    slotName: (name: string) => `Name of ${name}`,
    earlier: (name: string) => `Move ${name} up`,
    later: (name: string) => `Move ${name} down`,
    remove: (name: string) => `Remove ${name}`,
    badName: (name: string) => `“${name}” is not a valid slot name, or is already in use`,
    about: 'Subgraph',
    name: 'Name',
    description: 'Description',
    shared: (count: number) => `Used by ${count} nodes: changes inside apply to all of them.`,
    enter: 'Enter',
    unpack: 'Unpack',
    promote: (name: string) => `Promote ${name} to the subgraph node`,
    demote: (name: string, as: string) => `Promoted as ${as}. Set ${name} only here`,
  },

  closing: {
    changed:
      'Its layers, or the inputs of the closed node, differ from those that were opened. Undo the ' +
      'changes to close it.',
    weights: 'Disconnect weights first: the closed node starts with weights of its own.',
  },

  outline: {
    label: 'Outline',
    nodes: (count: number) => plural(count, 'node'),
    empty: 'No nodes yet',
    emptyHint: 'Add one, then others that use its outputs.',
    loop: (start: string) => `Loop of ${start}`,
    wire: (slot: string, from: string) => `${slot} from ${from}`,
    nothing: 'Nothing',
    targets: (places: string[]) => `to ${places.join(', ')}`,
    unused: 'not connected',
    wireMenu: (slot: string) => `Actions for the link to ${slot}`,
    addFor: (slot: string) => `Add node with output ${slot}`,
    addAfter: (slot: string) => `Add node with input ${slot}`,
    inside: (way: string) => `Inside ${way}`,
    nodesInside: (count: number) => `${plural(count, 'node')} inside`,
    show: 'Show on canvas',
    states: {
      running: 'running',
      done: 'done',
      cached: 'cached',
      fault: 'has errors',
    },
    parts: { muted: 'muted', bypassed: 'bypassed', waits: 'depends on a muted node' },
  },

  /** Tooltips of the canvas. */
  tips: englishTips as Omit<TipWords, 'declared'>,

  /** Preview of the value of a link. */
  linkValue: {
    title: (slot: string) => `Value of ${slot}`,
    reading: 'Reading…',
    none: 'Run to see this',
    notYet: 'No value yet in this run',
    iteration: (number: string) => `iteration ${number}`,
    stale: 'From the last run; the graph has changed since.',
    tooLarge: 'Too large to store after its step.',
    sample: (count: string) => `Histogram of ${count} values`,
    noNaN: 'none',
    infinite: 'infinite',
  },

  /** Tooltips about loops on the canvas. */
  zones: {
    ...englishZones,
    runsOnce: 'Runs once: it does not depend on the loop.',
    inBody: 'Part of the loop, wherever it is placed.',
    uses: (slot: string, start: string) => `Part of the loop: uses ${slot} of ${start}.`,
    usesThrough: (slot: string, node: string) =>
      `Part of the loop: uses ${slot} of ${node}, which is part of it.`,
  },

  /** Reasons to refuse a link. */
  wires: {
    ...englishWires,
    loopStays: 'The loop link goes directly from Start to End.',
    cuts: (count: number) => `Cuts ${plural(count, 'link')}`,
    cutHint: 'Draw a line across links. Press Esc to cancel.',
    connected: (count: number) => `${plural(count, 'link')} added`,
    nothingToConnect: 'The selected nodes have no free inputs that fit',
    noViewer: 'This node has no output that can be shown.',
  },

  toolbox: {
    label: 'Selection',
    arrange: 'Align and distribute',
    edit: 'Edit',
  },

  nodeColours: {
    none: 'No color',
    names: {
      red: 'Red',
      brown: 'Brown',
      green: 'Green',
      blue: 'Blue',
      pale_blue: 'Pale blue',
      cyan: 'Cyan',
      purple: 'Purple',
      yellow: 'Yellow',
      black: 'Grey',
    },
  },

  canvas: {
    label: 'Graph. Double-click to add a node. The outline (Alt+O) lists all nodes.',
    empty: 'Empty canvas',
    emptyHint: 'Double-click anywhere to find a node, or open a workflow from the gallery.',
    openGallery: 'Open the gallery',
    unknown: 'unknown node, kept unchanged',
    noView: 'Run to see this',
    noViewYet: 'Nothing to show yet',
    write: 'Double-click to edit.',
    choose: { checkpoint: 'Choose a checkpoint…', dataset: 'Choose images…' },
  },
}
