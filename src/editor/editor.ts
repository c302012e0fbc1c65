// The parts of the editor put together: canvas, workflow, engine, library. Screens get them all by this one object.
import { effect } from '@preact/signals'
import type { LGraphGroup, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { EnginePort, Kept } from '../engine/protocol.ts'
import type { DiffusionNode } from '../nodes/litegraph/node.ts'
import type { NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { LOOP } from '../nodes/workflow/slots.ts'
import { toGraph } from '../nodes/workflow.ts'
import { partsOf } from '../nodes/workflow/meaning.ts'
import { fit as fitNumber, parseNumber } from '../nodes/litegraph/widgets.ts'
import type { Insets } from './camera.ts'
import type { PendingWire, Point, Spot } from './canvas.ts'
import { openChart, showsChart } from './charts/open.ts'
import { listenToClipboard } from './clipboard.ts'
import { listenToKeys, makeCommands } from './commands.ts'
import { byType, ownTypes } from './declarations.ts'
import { takeLink } from './drops/take.ts'
import { addFile, addFiles, listenToDrops } from './files.ts'
import { followFocus } from './focus.ts'
import { faultOfWire } from './foresee.ts'
import { insetsNow } from './insets.ts'
import { createLibrary, openStores, type Library, type Settings, type Stores } from './library.ts'
import { menuFor } from './menus.ts'
import { createRunner, type Runner } from './run.ts'
import { replaced } from './replace.ts'
import { createRuns, type Runs } from './runs/runs.ts'
import { isSmall } from './small.ts'
import { fitting, inserted, rerouted } from './splice.ts'
import { createStage, type Stage } from './stage.ts'
import { enterNode, goToNode } from './subgraph/actions.ts'
import { createMyNodes, withSaved, type MyNodes } from './subgraph/mine.ts'
import { refreshMine } from './subgraph/mine.tsx'
import { isBorder } from './subgraph/pack.ts'
import * as state from './state.ts'
import { applyLanguage, texts, valueText } from './texts.ts'
import { applyTheme } from './theme.ts'
import { enlarge } from './viewer/open.tsx'
import { offerTour } from './tour/touring.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

export interface Editor {
  stores: Stores
  stage: Stage
  workspace: Workspace
  runner: Runner
  library: Library
  runs: Runs
  myNodes: MyNodes
  commands: ReturnType<typeof makeCommands>
  /** Opens the node search, in the middle of what is seen. */
  findNode(query?: string): void
  /** Adds a node: wired to the one in the air, `wire`, or put `into` one that is there. */
  addNode(type: string, spot: Spot, wire?: PendingWire, into?: LLink): void
  /** Puts a node of another type in the place of one, with its wires. */
  replaceNode(node: LGraphNode, type: string): void
  rename(what: LGraphNode | LGraphGroup, page?: Point): void
  /** What the right button would offer on the selected node, or on the canvas. */
  openMenu(): void
  /** Asks for files, or a folder, and opens, keeps or imports them. */
  pickFile(folder?: boolean): void
  /** Shows a node, by its full id. */
  goTo(id: string): void
  /** Keys go on where they came from: on the canvas, or in the outline, there at a node if one is given. */
  focus(node?: NodeId): void
  /** What panels cover of the canvas. */
  insets(): Insets
  showPanel(shown: boolean): void
  setTheme(theme: Settings['theme']): void
  setLanguage(language: Settings['language']): void
  setLive(live: boolean): void
  showMinimap(shown: boolean): void
  keepTour(tour: Settings['tour'] & {}): void
  /** Time and memory of the nodes; what it says is in the details. */
  showMeasures(shown: boolean): void
}

/** Brings the editor to life on a canvas; `draw` puts its screens up. Returns when something is open. */
export async function startEditor(element: HTMLCanvasElement, port: EnginePort, draw: (editor: Editor) => void): Promise<Editor> {
  const { stores, lasting } = await openStores()
  const library = createLibrary(stores)
  state.settings.value = await library.settings()
  state.panelShown.value = state.settings.value.panel && !isSmall()
  await applyLanguage(state.settings.value.language)
  const keep = (change: Partial<Settings>) => {
    state.settings.value = { ...state.settings.value, ...change }
    library.keepSettings(state.settings.value).catch(() => {})
  }

  let followTheme = () => {}
  let colours!: Parameters<Stage['paint']>[0]
  const setTheme = (theme: Settings['theme']) => {
    followTheme()
    followTheme = applyTheme(theme, (next) => {
      colours = next
      state.dark.value = next.dark
      stage?.paint(next)
    })
  }
  let stage: Stage | undefined
  setTheme(state.settings.value.theme)

  let seen: string[] = []
  let fileAtPress: WorkflowFile | undefined
  stage = createStage(element, colours, {
    changed() {
      editor?.workspace.touched()
      editor?.runner.touched()
    },
    pressed(down) {
      fileAtPress = undefined
      editor.workspace.pressed(down)
    },
    selected: () => (state.selection.value = stage!.selection().map((node) => node.id)),
    palette: (spot, wire) => openPalette(spot, '', wire),
    menu: (spot, target) => (state.menu.value = menuFor(editor, spot, target)),
    choose: (at, entries, title) => (state.menu.value = { at, items: entries, ...(title && { title }) }),
    ask: (at, question, answer) => (state.quick.value = { at, ...question, answer }),
    rename: (what, page) => editor.rename(what, page),
    enlarge(node) {
      stage!.focus() // where the keys go on when it is closed
      if (showsChart(node)) openChart(node)
      else enlarge(editor, node)
    },
    entered: (node) => enterNode(editor, node),
    edit: (node, param, page) => editParam(editor, node, param, page),
    chooseFile: (node, param, what, page) => void chooseFile(editor, node, param, what, page),
    refused: (reason) => state.say(reason),
    // Asked at every move of a drag, while only positions change.
    fits: (node, link) => fits((fileAtPress ??= stage!.file()), node, link),
    insert: (node, link) => insert(editor, node, link),
    look: (link, at) => (state.look.value = link && { link, at }),
    reroute: (link, at) => reroute(editor, link, at),
    foresee: (from, to) => faultOfWire(toGraph(stage!.whole(), ownTypes), stage!.fullId, from, to, editor.runner.check),
    visible(ids) {
      seen = ids
      tellVisible()
    },
  })
  /** The chart that is open is seen, wherever its node is. */
  const tellVisible = () => {
    const chart = state.chartOpen() === undefined ? [] : [stage!.fullId(state.chartOpen()!)]
    editor?.runner.visible(document.visibilityState === 'hidden' ? [] : [...new Set([...seen, ...chart])])
  }
  const openPalette = (spot: Spot, query: string, wire?: PendingWire) =>
    (state.palette.value = { spot, query, ...(wire && { wire }) })

  /** Brings the subgraph of a node of the user's own into the workflow. */
  const takeSaved = (id: string) => {
    const saved = state.myNodes.value.find((each) => each.id === id)
    const taken = saved && withSaved(stage!.whole(), saved)
    if (taken) stage!.load(taken)
    return taken !== undefined
  }
  const fit = () => stage!.fit(editor.insets())
  const workspace = createWorkspace(stage, library, {
    fit,
    left: (tab) => editor.runner.leave(tab),
    turned: () => editor.runner.turned(),
  })
  const runs = createRuns(stores, port)
  const editor: Editor = {
    stores,
    stage,
    workspace,
    library,
    myNodes: createMyNodes(stores.nodes),
    runs,
    runner: createRunner(port, stage, workspace, runs),
    commands: undefined as never,
    findNode(query = '') {
      const { left, right, top } = this.insets()
      const graph = stage!.middle(this.insets())
      openPalette({ page: [left + (innerWidth - left - right) / 2 - 210, top + 90], graph }, query)
    },
    addNode(type, { graph }, wire, into) {
      if (!byType.has(type) && !takeSaved(type)) return
      if (stage!.holdsOpen(type)) return state.say(texts.subgraph.itself, { error: true })
      // The canvas may have been drawn anew.
      const end = wire && { ...wire, node: stage!.node(wire.node.id)! }
      const node = stage!.add(type, graph, into ? undefined : end)
      if (!node) return
      if (into) insert(editor, node, into)
      keep({ recentNodes: [type, ...state.settings.value.recentNodes.filter((each) => each !== type)].slice(0, 8) })
      workspace.touched()
      this.focus(node.id)
    },
    replaceNode({ id }, type) {
      if (!byType.has(type) && !takeSaved(type)) return
      workspace.edit((file) => ({ file: replaced(file, id, type, byType), select: [id] }))
      this.focus(id)
    },
    openMenu() {
      const { graph, inGraph, middle, onPage, selection } = stage!
      const [node] = selection()
      const page: Point = node ? onPage([node.pos[0]! + 24, node.pos[1]!]) : onPage(middle(this.insets()))
      state.menu.value = menuFor(this, { page, graph: inGraph(page) }, node?.graph === graph ? { node } : {})
    },
    rename(what, page) {
      const isGroup = !('id' in what)
      const [x, y] = stage!.onPage([what.pos[0]!, what.pos[1]! - (isGroup ? 0 : 30)])
      if (!isGroup && isBorder(what)) return
      const usual = isGroup ? texts.commands.groupTitle : (byType.get(what.type)?.title ?? what.title)
      state.quick.value = {
        at: page ?? [x, y],
        title: texts.commands.rename,
        value: isGroup ? what.title : what.getTitle(),
        multiline: false,
        numeric: false,
        answer: (title) => {
          what.title = title.trim().slice(0, 120) || usual
          stage!.redraw()
          workspace.touched()
        },
      }
    },
    pickFile: (folder = false) => void addFiles(editor, { folder }),
    goTo: (id) => goToNode(editor, id),
    focus: followFocus(stage),
    insets: insetsNow,
    showPanel(shown) {
      state.panelShown.value = shown
      keep({ panel: shown })
    },
    setTheme(theme) {
      keep({ theme })
      setTheme(theme)
    },
    setLanguage(language) {
      keep({ language })
      void applyLanguage(language).then(() => stage!.redraw())
    },
    setLive: (live) => keep({ live }),
    showMinimap: (minimap) => keep({ minimap }),
    keepTour: (tour) => keep({ tour }),
    showMeasures: (measures) => keep({ measures }),
  }
  editor.commands = makeCommands(editor)
  draw(editor)
  void refreshMine(editor)

  listenToKeys(editor)
  listenToClipboard(editor)
  listenToDrops(editor)
  effect(() => {
    stage!.setRunning(state.runsHere.value)
    stage!.animate(state.runsHere.value && state.run.state.value !== 'paused')
  })
  effect(() => stage!.setMeasures(state.settings.value.measures ? state.run.measures.value.nodes : []))
  const refit = () => requestAnimationFrame(() => stage!.refit(editor.insets()))
  for (const opened of [state.drawer, state.panelShown, state.lower, state.severalTabs]) opened.subscribe(refit)
  state.lower.subscribe(tellVisible)
  addEventListener('resize', refit)
  // Only with changes: what a run found stays until then.
  state.changes.subscribe(() => {
    editor.runner.edited()
    stage!.showParts(partsOf(stage!.whole(), ownTypes))
  })
  addEventListener('pagehide', () => workspace.flush())
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') workspace.flush()
    tellVisible()
  })

  const isNew = !state.settings.value.open
  await workspace.begin()
  addEventListener('hashchange', () => void takeLink(editor))
  await takeLink(editor)
  offerTour(editor, isNew)
  if (!lasting) state.say(texts.unsaved, { text: texts.storage.notLasting, error: true })
  return editor
}

const linkIn = (file: WorkflowFile, { id }: LLink) => file.links.find(([each]) => String(each) === String(id))

function fits(file: WorkflowFile, { id }: LGraphNode, link: LLink): boolean {
  const [node, wire] = [file.nodes.find((each) => each.id === id), linkIn(file, link)]
  return Boolean(node && wire && fitting(file, node, wire, byType))
}

const insert = ({ workspace }: Editor, { id }: LGraphNode, link: LLink) =>
  workspace.edit((file) => {
    const wire = linkIn(file, link)
    return { file: wire ? inserted(file, id, wire[0], byType) : file, select: [id] }
  })

/** Leads a wire by a dot at a place. */
export function reroute({ workspace }: Pick<Editor, 'workspace'>, link: LLink, at: Point) {
  if (String(link.type) === LOOP) return state.say(texts.wires.loopStays)
  workspace.edit((file) => {
    const wire = linkIn(file, link)
    const led = wire && rerouted(file, wire[0], at)
    return led ? { file: led.file, select: [led.id] } : { file }
  })
}

function editParam({ workspace }: Editor, node: DiffusionNode, param: string, at: Point) {
  const spec = node.diffusion.declaration.params[param]
  const numeric = spec?.kind === 'number' || spec?.kind === 'seed'
  const value = valueText(spec, node.properties[param])
  state.quick.value = {
    at,
    title: param,
    value,
    multiline: spec?.kind === 'text' && spec.multiline,
    numeric,
    answer(text) {
      const number = parseNumber(text)
      if (spec?.kind === 'number' && number !== undefined) workspace.setParam(node, param, fitNumber(number, spec))
      else if (spec?.kind === 'seed' && number !== undefined) workspace.setParam(node, param, fitNumber(number, seeds))
      else if (spec?.kind === 'text' && text !== value) workspace.setParam(node, param, text)
    },
  }
}

export const seeds = { min: 0, max: 2 ** 32 - 1, integer: true }

async function chooseFile(editor: Editor, node: DiffusionNode, param: string, what: Kept, at: Point) {
  await editor.runner.list(what)
  const set = (value: unknown) => editor.workspace.setParam(node, param, value)
  const current = node.properties[param] as { sha256?: string } | null
  state.menu.value = {
    at,
    title: param,
    items: [
      ...state.run.kept[what].value.map((file) => ({
        label: file.name,
        checked: file.sha256 === current?.sha256,
        run: () => set({ ...file }),
      })),
      { label: texts.panel.none, checked: !current, run: () => set(null) },
      'rule',
      { label: texts.panel.addFile, run: () => void addFile(editor, what).then((added) => added && set(added)) },
    ],
  }
}
