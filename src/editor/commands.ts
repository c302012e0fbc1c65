// Everything that can be done, with its words and keys. The menus, the buttons and the keyboard all go through here.
import { download } from './download.ts'
import type { Editor } from './editor.ts'
import type { LGraphNode, Spot } from './canvas.ts'
import { addGroup } from './groups.ts'
import { isDiffusionNode, type DiffusionNode } from '../nodes/litegraph/node.ts'
import { withPartners } from '../nodes/litegraph/pairs.ts'
import { BYPASSED, MUTED } from '../nodes/workflow/play.ts'
import { align, arrangeByWires, distribute } from './arranging.ts'
import { chartMeant, openChart, showsChart, toggleChart } from './charts/open.ts'
import { copyToClipboard, insertCopy, pasteFromClipboard } from './clipboard.ts'
import { toggleOutline } from './focus.ts'
import * as format from './format.ts'
import { open } from './pieces.ts'
import { byType } from './declarations.ts'
import { copyLink, downloadScript, shareWithFiles } from './share.ts'
import { withoutNodes } from './splice.ts'
import { nextProblem } from './problems.ts'
import { enterNode, leave, makeSubgraph, standsFor, unpackNode } from './subgraph/actions.ts'
import { isBorder } from './subgraph/pack.ts'
import * as state from './state.ts'
import { texts, translated } from './texts.ts'
import type { Texts } from './texts/en.ts'
import { tabCommands } from './tabCommands.ts'
import { resumeTour } from './tour/touring.ts'
import { towards, type Direction } from './towards.ts'
import { comparable, compare, enlarge } from './viewer/open.tsx'
import { canEnlarge } from './viewer/sources.ts'

export interface Command {
  /** In the language that is on. */
  readonly label: string
  /** `Mod+Shift+Z`; Mod is Ctrl, or Command on a Mac. The first is shown. */
  keys?: readonly string[]
  /** Its keys are left to the browser, which needs no leave to read the clipboard. */
  native?: boolean
  enabled?: () => boolean
  /** `pressed`: which of its keys began it, if keys did. */
  run: (pressed?: string) => void
}

export type CommandId = keyof ReturnType<typeof makeCommands>

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** Keys by the names that they have on the user's keyboard. */
export const keysInWords = (keys: string): string =>
  isMac
    ? withArrows(keys).replace('Mod', '⌘').replace('Alt', '⌥').replace('Shift', '⇧').replace('Enter', '↵').replaceAll('+', '')
    : withArrows(keys).replace('Mod', 'Ctrl').replaceAll('+', ' ')

const withArrows = (keys: string) =>
  keys.replace('ArrowLeft', '←').replace('ArrowRight', '→').replace('ArrowUp', '↑').replace('ArrowDown', '↓')

export const shortcut = ({ keys }: Command) => (keys?.[0] ? keysInWords(keys[0]) : undefined)

export function makeCommands(editor: Editor) {
  const { stage, workspace, runner } = editor
  const selected = () => state.selection.value.length > 0
  const several = () => state.selection.value.length > 1
  /** One node, and not one of the border of a subgraph. */
  const single = () => nodes().length === 1 && !isBorder(nodes()[0]!)
  const idle = () => state.run.state.value === 'idle'
  const nodes = () => stage.selection()
  const stands = () => state.selection.value.length === 1 && standsFor(editor, nodes()[0]) !== undefined
  const selectTowards = (direction: Direction) => () => {
    const next = towards(nodes()[0], stage.nodes(), direction)
    if (!next) return
    stage.select([next.id])
    stage.bringIn(next, editor.insets())
  }

  /** On for all if it was off for one. */
  const toggleMode = (mode: number) => () => {
    const ours = nodes()
      .filter(isDiffusionNode)
      .filter((node) => !isBorder(node))
    const on = ours.some((node) => node.mode !== mode)
    for (const node of ours) node.changeMode(on ? mode : 0)
    stage.redraw()
    workspace.touched()
  }

  const speedTo = (speed: state.Speed) => ({
    enabled: () => state.run.speed.value !== speed,
    run: () => runner.setSpeed(speed),
  })

  const table = {
    run: { keys: ['Mod+Enter'], enabled: idle, run: () => runner.run() },
    stop: { keys: ['Mod+Alt+Enter'], enabled: () => !idle(), run: () => runner.stop() },
    pause: {
      enabled: () => state.run.state.value === 'running' || state.run.state.value === 'paused',
      run: () => runner.pause(),
    },
    step: {
      keys: ['Mod+Shift+Enter'],
      enabled: () => idle() || state.run.state.value === 'paused',
      run: () => runner.step(),
    },
    // The keys of Run, while it cannot.
    queue: { keys: ['Mod+Enter', 'Alt+Shift+Enter'], enabled: () => !idle(), run: () => runner.enqueueThis() },
    showQueue: { run: () => (state.queueShown.value = true) },
    stopAll: { enabled: () => !idle(), run: () => runner.stopAll() },
    nextProblem: {
      keys: ['F8'],
      enabled: () => state.run.faults.value.length + state.run.notices.value.length > 0,
      run: () => nextProblem(editor),
    },
    speedFull: speedTo('full'),
    speedFour: speedTo('four'),
    speedOne: speedTo('one'),
    speedStep: speedTo('step'),
    measures: { keys: ['Alt+T'], run: () => editor.showMeasures(!state.settings.value.measures) },
    undo: { keys: ['Mod+Z'], enabled: () => state.undoable.value.undo, run: () => workspace.undo() },
    redo: {
      keys: ['Mod+Shift+Z', 'Mod+Y'],
      enabled: () => state.undoable.value.redo,
      run: () => workspace.redo(),
    },
    add: { keys: ['Mod+K', 'Shift+A'], run: () => editor.findNode() },
    commands: { keys: ['Mod+Shift+P', 'F1'], run: () => (state.finder.value = 'commands') },
    find: { keys: ['Mod+F'], run: () => (state.finder.value = 'graph') },
    new: { keys: ['Alt+N'], run: () => void workspace.newWorkflow() },
    open: { keys: ['Mod+O'], run: () => editor.pickFile() },
    openFolder: { run: () => editor.pickFile(true) },
    save: { keys: ['Mod+S'], run: () => void workspace.save() },
    saveAs: { keys: ['Mod+Shift+S'], run: () => void workspace.saveAs() },
    versions: {
      keys: ['Alt+H'],
      enabled: () => state.revision.value > 0,
      run: () => (state.dialog.value = { kind: 'versions', id: state.id.value, name: state.name.value }),
    },
    storage: { run: () => (state.dialog.value = { kind: 'storage' }) },
    closeTab: { keys: ['Alt+W'], run: () => void workspace.close() },
    ...tabCommands(workspace),
    download: {
      run: () =>
        download({
          name: `${format.fileName(translated(state.name.value))}.json`,
          mime: 'application/json',
          bytes: workspace.text(),
        }),
    },
    downloadScript: { run: () => void downloadScript(editor) },
    copyLink: { keys: ['Alt+Shift+L'], run: () => void copyLink(editor) },
    share: { run: () => void shareWithFiles(editor) },
    selectAll: { keys: ['Mod+A'], run: () => stage.select(stage.nodes().map((node) => node.id)) },
    nodeLeft: { keys: ['ArrowLeft'], run: selectTowards('left') },
    nodeRight: { keys: ['ArrowRight'], run: selectTowards('right') },
    nodeUp: { keys: ['ArrowUp'], run: selectTowards('up') },
    nodeDown: { keys: ['ArrowDown'], run: selectTowards('down') },
    copy: { keys: ['Mod+C'], native: true, enabled: selected, run: () => void copyToClipboard(editor) },
    cut: {
      keys: ['Mod+X'],
      native: true,
      enabled: selected,
      run: () => void copyToClipboard(editor).then(() => table.delete.run()),
    },
    paste: { keys: ['Mod+V'], native: true, run: () => void pasteFromClipboard(editor, stage.middle(editor.insets())) },
    pasteWithInputs: {
      keys: ['Mod+Shift+V'],
      native: true,
      run: () => void pasteFromClipboard(editor, stage.middle(editor.insets()), true),
    },
    duplicate: { keys: ['Shift+D'], enabled: selected, run: () => insertCopy(editor) },
    delete: {
      keys: ['Delete', 'Backspace'],
      enabled: selected,
      run: () => {
        stage.remove(nodes())
        workspace.touched()
      },
    },
    deleteThrough: {
      keys: ['Alt+Delete', 'Alt+Backspace'],
      enabled: selected,
      run: () => {
        const ids = new Set(whole(nodes()).map(({ id }) => id))
        workspace.edit((file) => ({ file: withoutNodes(file, ids, byType) }))
      },
    },
    pin: {
      keys: ['P'],
      enabled: selected,
      run: () => {
        const on = nodes().some(({ flags }) => !flags.pinned)
        for (const node of nodes()) node.flags.pinned = on
        stage.redraw()
        workspace.touched()
      },
    },
    arrange: { keys: ['Alt+A'], run: () => void arrangeByWires(editor) },
    alignLeft: { keys: ['Alt+Shift+ArrowLeft'], enabled: several, run: () => void align(editor, 'left') },
    alignRight: { keys: ['Alt+Shift+ArrowRight'], enabled: several, run: () => void align(editor, 'right') },
    alignTop: { keys: ['Alt+Shift+ArrowUp'], enabled: several, run: () => void align(editor, 'top') },
    alignBottom: { keys: ['Alt+Shift+ArrowDown'], enabled: several, run: () => void align(editor, 'bottom') },
    distributeAcross: { enabled: several, run: () => void distribute(editor, 0) },
    distributeDown: { enabled: several, run: () => void distribute(editor, 1) },
    group: { keys: ['Mod+G'], run: () => groupSelection(editor, stage.pointer()) },
    mute: { keys: ['Mod+M'], enabled: selected, run: toggleMode(MUTED) },
    bypass: { keys: ['Mod+B'], enabled: selected, run: toggleMode(BYPASSED) },
    collapse: {
      keys: ['Alt+C'],
      enabled: selected,
      run: () => {
        const collapsed = nodes().some((node) => !node.flags.collapsed)
        for (const node of nodes()) if (Boolean(node.flags.collapsed) !== collapsed) node.collapse(true)
        stage.redraw()
        workspace.touched()
      },
    },
    subgraph: { keys: ['Mod+Shift+E'], enabled: selected, run: () => void makeSubgraph(editor) },
    enter: { keys: ['Alt+Enter'], enabled: stands, run: () => enterNode(editor, nodes()[0]) },
    leave: { keys: ['Escape'], enabled: () => state.level.value.length > 0, run: () => leave(editor) },
    unpack: { enabled: stands, run: () => unpackNode(editor, nodes()[0]!) },
    rename: { keys: ['F2'], enabled: single, run: () => editor.rename(nodes()[0]!) },
    replace: {
      keys: ['Alt+X'],
      enabled: single,
      run: () => replaceNode(editor, nodes()[0]!),
    },
    enlarge: {
      keys: ['Enter'],
      enabled: () => nodes().length === 1 && (canEnlarge(nodes()[0]!) || showsChart(nodes()[0]!)),
      run: () => (showsChart(nodes()[0]!) ? openChart(nodes()[0]!) : void enlarge(editor, nodes()[0]!)),
    },
    compare: { keys: ['Alt+D'], enabled: () => comparable(nodes()), run: () => compare(editor, nodes()) },
    runTo: {
      keys: ['Shift+Enter'],
      enabled: () => idle() && single(),
      run: () => runner.run({ to: nodes()[0]! }),
    },
    fit: { keys: ['.', 'Home'], run: () => stage.fit(editor.insets()) },
    zoomIn: { keys: ['Alt+='], run: () => stage.zoom(1.2) },
    zoomOut: { keys: ['Alt+-'], run: () => stage.zoom(1 / 1.2) },
    gallery: { keys: ['Alt+G'], run: () => toggleDrawer(editor, 'gallery') },
    library: { keys: ['Alt+L'], run: () => toggleDrawer(editor, 'mine') },
    runs: { keys: ['Alt+R'], run: () => toggleRuns(editor) },
    vary: {
      keys: ['Alt+V'],
      run: () => (state.dialog.value = { kind: 'vary', ...(nodes()[0] && { node: stage.fullId(nodes()[0]!.id) }) }),
    },
    outline: { keys: ['Alt+O'], run: () => toggleOutline(stage) },
    panel: { keys: ['Alt+P'], run: () => editor.showPanel(!state.panelShown.value) },
    chart: {
      keys: ['Alt+K'],
      enabled: () => state.chartOpen() !== undefined || chartMeant(stage) !== undefined,
      run: () => toggleChart(editor),
    },
    minimap: { keys: ['Alt+M'], run: () => editor.showMinimap(!state.settings.value.minimap) },
    menu: { keys: ['Shift+F10', 'ContextMenu'], run: () => editor.openMenu() },
    tour: { run: () => void resumeTour(editor) },
    shortcuts: { keys: ['?'], run: () => (state.dialog.value = { kind: 'shortcuts' }) },
  } satisfies { [K in keyof Texts['commands']]?: Omit<Command, 'label'> }
  return labelled(table)
}

/** With the words for each, looked up when they are read: the language may change. */
function labelled<K extends keyof Texts['commands']>(table: Record<K, Omit<Command, 'label'>>): Record<K, Command> {
  for (const id of Object.keys(table) as K[]) Object.defineProperty(table[id], 'label', { get: () => texts.commands[id] })
  return table as Record<K, Command>
}

/** Keys go on in the drawer, and on the canvas once it is closed. */
function toggleDrawer(editor: Editor, tab: state.DrawerTab) {
  state.drawer.value = state.drawer.value === tab ? undefined : tab
  requestAnimationFrame(() => {
    const shown = document.querySelector<HTMLElement>('.drawer [role=tab][aria-selected=true]')
    if (shown) shown.focus()
    else editor.stage.focus()
  })
}

/** Keys go on in it, and on the canvas once it is closed. */
function toggleRuns(editor: Editor) {
  const open = state.lower.value === 'runs'
  state.lower.value = open ? undefined : 'runs'
  if (open) editor.stage.focus()
}

/** A group around what is selected, or an empty one at a spot; its name is asked for. */
export function groupSelection(editor: Editor, { graph: at }: Spot) {
  const { stage, workspace } = editor
  const group = addGroup(stage.graph, texts.commands.groupTitle, stage.selection(), at)
  stage.redraw()
  workspace.touched()
  editor.rename(group)
}

/** Looks for what may take the place of a node, beside it. */
function replaceNode({ stage }: Editor, node: LGraphNode) {
  const graph: Spot['graph'] = [node.pos[0]!, node.pos[1]!]
  state.palette.value = { spot: { page: stage.onPage(graph), graph }, query: '', instead: node }
}

/** The closed node replaced by what it stands for. */
export async function openNode({ runner, workspace }: Editor, node: LGraphNode) {
  try {
    const expansion = await runner.expand(node)
    workspace.edit((file) => {
      const opened = open(file, node.id, expansion, byType)
      return { file: opened.file, select: opened.ids }
    })
  } catch (error) {
    state.say(texts.commands.openNode, { text: (error as Error).message, error: true })
  }
}

/** With the other ends of their loops: half a loop cannot be copied. Nor can the border of a subgraph. */
export const whole = (nodes: readonly LGraphNode[]): LGraphNode[] => {
  const ours = withPartners(nodes.filter(isDiffusionNode) as DiffusionNode[])
  return [...new Set<LGraphNode>([...nodes, ...ours])].filter((node) => !isBorder(node))
}

// ---- the keyboard

/** These work wherever the keys are. */
const always: ReadonlySet<CommandId> = new Set(['run', 'queue', 'stop', 'step', 'save', 'saveAs', 'open'])

/** Fields keep their own keys; these commands work there too, by keys that type nothing. */
const inFields: ReadonlySet<CommandId> = new Set(['add', 'find', 'commands'])
const typesNothing = (keys: string) => /^(Mod|F\d)/.test(keys)

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|range|button)$/.test(target.type))

/** Keys that move a slider, or what is chosen of radio buttons. */
const moves = ({ target, key }: KeyboardEvent) =>
  target instanceof HTMLInputElement && /^(range|radio)$/.test(target.type) && /^(Home|End|Page|Arrow)/.test(key)

/** Elsewhere these keys scroll, go from one thing to the next, or open it. */
const onTheCanvas: ReadonlySet<CommandId> = new Set(['nodeLeft', 'nodeRight', 'nodeUp', 'nodeDown', 'enlarge', 'leave'])

/** What was pressed, as {@link Command.keys} writes it. */
function keysOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey
  // With Alt some layouts put other letters on the keys.
  const key = event.altKey && /^(Key|Digit)/.test(event.code) ? event.code.replace(/^(Key|Digit)/, '') : event.key
  const shifted = event.shiftKey && (key.length > 1 || /[a-z]/i.test(key))
  return [mod && 'Mod', event.altKey && 'Alt', shifted && 'Shift', key.length === 1 ? key.toUpperCase() : key]
    .filter(Boolean)
    .join('+')
}

/** Listens on the window. Returns its own undo. */
export function listenToKeys(editor: Editor): () => void {
  const entries = Object.entries(editor.commands) as [CommandId, Command][]
  let space: { used: boolean } | undefined

  const down = (event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return
    if (isSpace(event) && onCanvas(event)) {
      event.preventDefault()
      if (!event.repeat) {
        space = { used: false }
        editor.stage.holdSpace(true)
      }
      return
    }
    if (space && /^[a-z0-9]$/i.test(event.key) && !event.ctrlKey && !event.metaKey) {
      space.used = true
      event.preventDefault()
      editor.stage.holdSpace(false)
      editor.findNode(event.key)
      return
    }
    const keys = keysOf(event)
    const meant = entries.filter(([, command]) => command.keys?.includes(keys))
    const found = meant.find(([, { enabled }]) => enabled?.() ?? true) ?? meant[0]
    if (!found || found[1].native) return
    const [id, command] = found
    if (onTheCanvas.has(id) && !onCanvas(event)) return
    if ((typing(event.target) || moves(event)) && !always.has(id) && !(inFields.has(id) && typesNothing(keys))) return
    if (inOverlay(event) && !always.has(id)) return
    // A button or a link under the focus keeps Enter and its like.
    if (
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      event.target instanceof HTMLButtonElement &&
      /Enter|Delete/.test(event.key)
    )
      return
    event.preventDefault()
    if (command.enabled?.() ?? true) command.run(keys)
  }
  const up = (event: KeyboardEvent) => {
    if (!isSpace(event) || !space) return
    if (!space.used) editor.findNode()
    editor.stage.holdSpace(false)
    space = undefined
  }
  /** A drag with the space bar pans: then it was not meant to find a node. */
  const pressed = () => space && (space.used = true)

  addEventListener('keydown', down)
  addEventListener('keyup', up)
  addEventListener('pointerdown', pressed, true)
  return () => {
    removeEventListener('keydown', down)
    removeEventListener('keyup', up)
    removeEventListener('pointerdown', pressed, true)
  }
}

const isSpace = (event: KeyboardEvent) => event.key === ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
const onCanvas = ({ target }: KeyboardEvent) => target === document.body || target instanceof HTMLCanvasElement
const inOverlay = ({ target }: KeyboardEvent) => target instanceof HTMLElement && target.closest('[popover]') !== null
