// A workflow as an element: settings, a button that runs it, progress, and what its nodes show. For
// pages and notebooks without the editor.
import type { Fault } from '../../engine/messages/fault.ts'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import { createClient } from '../worker/client.ts'
import type { Client, ClientRun, ViewEvent } from '../worker/clientTypes.ts'
import { darkTheme, lightTheme } from '../../painters/theme.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import type { JsonObject } from '../../workflow/json.ts'
import { createControls } from './controls.ts'
import { openFigureEngine, type FigureEngine } from './engine.ts'
import { createPictures } from './pictures.ts'
import { FigureRuns } from './runs.ts'
import { figureStyle } from './style.ts'
import { elementTexts } from './texts.ts'
import { viewValue } from './values.ts'
import {
  findControls,
  graphWith,
  observerTitles,
  readFigure,
  type FigureSource,
  type FigureWorkflow,
} from './workflow.ts'

export interface FigureOptions {
  /** Values by `Node.param`, with the title or the id of the node. Each has a control. */
  set?: Readonly<Record<string, unknown>>
  /** Further params with a control, as `Node.param`. */
  controls?: readonly string[]
  /** Height of a picture, in CSS pixels. Default: 240. */
  height?: number
  theme?: 'light' | 'dark'
  /** Runs at once, and again after each change of a setting. */
  autorun?: boolean
  /** The engine. Default: the worker of the package, next to the script. */
  engine?: FigureEngine
  /** Observable's promise, which resolves when the cell runs again. The figure then ends. */
  invalidation?: Promise<unknown>
}

export interface FigureProgress {
  /** `failed`: there are faults, or the engine could not be started. */
  phase: 'idle' | 'running' | 'done' | 'stopped' | 'failed'
  /** Completed iterations of the loop that runs, and their number. */
  index?: number
  count?: number
  /** Loss of a training. */
  loss?: number
  /** Sentences, with the title of the node and the cure. */
  faults?: string[]
}

export interface FigureValue {
  /** Contents of the view of each node as plain JSON, by its title. */
  values: Record<string, JsonObject>
  /** The pictures as PNG, by title. */
  images: Record<string, Uint8Array<ArrayBuffer>>
  /** Output files, such as checkpoints, by name. */
  files: Record<string, Uint8Array>
}

/**
 * An element with these methods. It sends the events `progress` (a CustomEvent with
 * {@link FigureProgress}), `change` when the user changed a setting, and `input` when a run has
 * ended and `value` has its results, as Observable's `viewof` expects.
 */
export interface Figure extends HTMLElement {
  /** Results of the last run. */
  value: FigureValue
  /** The current settings. */
  settings: Readonly<Record<string, unknown>>
  /** Runs the workflow. Resolves when the run has ended. */
  run(): Promise<FigureValue>
  stop(): void
  /** Shows another workflow. */
  load(source: FigureSource, options?: Pick<FigureOptions, 'set' | 'controls'>): void
  /** Replaces the settings. */
  set(settings: Readonly<Record<string, unknown>>): void
  /** Changes the theme and the height of the pictures. */
  restyle(options: Pick<FigureOptions, 'theme' | 'height'>): void
  /** Ends the engine. */
  dispose(): void
}

/** Creates the figure of a workflow. A faulty workflow or setting is shown in the figure. */
export function createFigureWith(
  declarations: readonly Declaration[],
  source: FigureSource,
  options: FigureOptions = {},
): Figure {
  const figure = new FigureElement(declarations, options)
  figure.load(source, options)
  return figure.element
}

class FigureElement {
  readonly element: Figure
  private readonly texts = elementTexts()
  private readonly title = create('strong')
  private readonly button = create('button')
  private readonly status = create('output')
  private readonly bar = create('progress')
  private readonly controls = create('div', 'controls')
  private readonly faults = create('ul', 'faults')
  private readonly pictures = createPictures(this.texts, () => ({
    theme: this.options.theme === 'dark' ? darkTheme : lightTheme,
    height: Math.max(60, Math.round(this.options.height ?? 240)),
  }))
  private workflow: FigureWorkflow | undefined
  private settings: Readonly<Record<string, unknown>> = {}
  private listed: readonly string[] = []
  private client: Client | undefined
  private runs: FigureRuns | undefined
  private current: ClientRun | undefined
  /** Output files of the current run. */
  private files: FigureValue['files'] = {}

  constructor(
    private readonly declarations: readonly Declaration[],
    private options: FigureOptions,
  ) {
    this.button.type = 'button'
    this.button.addEventListener('click', () => void (this.current ? this.stop() : this.run()))
    this.faults.setAttribute('role', 'alert')
    this.element = this.createElement()
    void options.invalidation?.then(() => this.dispose())
    this.restyle(options)
    this.show({ phase: 'idle' })
  }

  private createElement(): Figure {
    const element = create('div') as HTMLDivElement & Figure
    const root = element.attachShadow({ mode: 'open' })
    // A style element would need the page's permission under a strict policy.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(figureStyle)
    root.adoptedStyleSheets = [sheet]
    // Typing is no result.
    root.addEventListener('input', (event) => event.stopPropagation())
    const [frame, head] = [create('div', 'figure'), create('div', 'head')]
    head.append(this.title, this.bar, this.status, this.button)
    frame.append(head, this.controls, this.faults, this.pictures.element)
    root.append(frame)
    Object.defineProperty(element, 'settings', { get: () => this.settings })
    return Object.assign(element, {
      value: emptyValue(),
      run: () => this.run(),
      stop: () => this.stop(),
      load: this.load.bind(this),
      set: this.set.bind(this),
      restyle: this.restyle.bind(this),
      dispose: () => this.dispose(),
    })
  }

  load(source: FigureSource, { set = {}, controls = [] }: FigureOptions = {}) {
    this.stop()
    // Nothing of its run is shown any more, and its files belong to the engine.
    this.dispose()
    this.workflow = undefined
    this.pictures.clear()
    this.listed = controls
    this.attempt(() => {
      this.workflow = readFigure(source, this.declarations)
      this.title.textContent = this.workflow.title
    })
    if (this.workflow) this.set(set)
  }

  set(settings: Readonly<Record<string, unknown>>) {
    const { workflow } = this
    if (!workflow) return
    this.attempt(() => {
      const graph = graphWith(workflow, settings)
      const keys = [...Object.keys(settings), ...this.listed, ...workflow.chosen]
      this.settings = { ...settings }
      this.controls.replaceChildren(
        ...createControls(findControls({ ...workflow, graph }, keys), (key, value) =>
          this.change(key, value),
        ),
      )
      this.show({ phase: 'idle' })
      if (this.options.autorun) void this.run()
    })
  }

  private change(key: string, value: unknown) {
    this.settings = { ...this.settings, [key]: value }
    this.element.dispatchEvent(new CustomEvent('change', { detail: this.settings }))
    if (this.options.autorun) void this.run()
  }

  restyle({ theme, height }: Pick<FigureOptions, 'theme' | 'height'>) {
    this.options = { ...this.options, ...(theme && { theme }), ...(height && { height }) }
    this.element.setAttribute('theme', this.options.theme ?? 'light')
    this.pictures.repaint()
  }

  async run(): Promise<FigureValue> {
    const { workflow } = this
    if (!workflow) return this.element.value
    this.stop()
    const started = this.attempt(() => {
      const graph = graphWith(workflow, this.settings)
      this.files = {}
      this.runs ??= this.openRuns(workflow)
      return this.runs.start(graph)
    })
    if (!started) return emptyValue()
    this.current = started
    this.show({ phase: 'running' })
    return this.finish(started, workflow)
  }

  private openRuns(workflow: FigureWorkflow): FigureRuns {
    this.client = createClient(openFigureEngine(this.options.engine, workflow.files))
    const titles = observerTitles(workflow)
    return new FigureRuns(this.client, {
      onViews: (events) => this.showViews(events, titles),
      onProgress: ({ index, count, loss }) =>
        this.show({ phase: 'running', index, count, ...(loss !== undefined && { loss }) }),
      onFile: ({ name, bytes }) => (this.files[name] = bytes),
    })
  }

  private showViews(events: readonly ViewEvent[], titles: ReadonlyMap<string, string>) {
    for (const { node, view } of events) {
      const title = titles.get(node)
      if (title !== undefined) this.pictures.show(title, view)
    }
  }

  private async finish(started: ClientRun, workflow: FigureWorkflow): Promise<FigureValue> {
    const value = { ...emptyValue(), files: this.files }
    try {
      const { seconds, stopped, faults } = await started.finished
      if (this.current !== started) return value
      this.current = undefined
      value.values = Object.fromEntries(
        this.pictures.views().map(([title, view]) => [title, viewValue(view)]),
      )
      value.images = await this.pictures.encode()
      this.element.value = value
      if (faults.length > 0) this.fail(faults.map((fault) => describeFault(fault, workflow)))
      else this.show({ phase: stopped ? 'stopped' : 'done' }, seconds)
      this.element.dispatchEvent(new Event('input', { bubbles: true }))
    } catch (error) {
      if (this.current !== started) return value
      this.dispose()
      this.fail([getErrorMessage(error)])
    }
    return value
  }

  stop() {
    this.current?.stop()
  }

  dispose() {
    this.client?.close()
    this.current = this.runs = this.client = undefined
  }

  /** Shows the error of an action instead of throwing it. */
  private attempt<T>(action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      this.fail([getErrorMessage(error)])
      return undefined
    }
  }

  private fail(faults: string[]) {
    this.show({ phase: 'failed', faults })
  }

  private show(progress: FigureProgress, seconds = 0) {
    const { phase, index, count, faults = [] } = progress
    const { texts } = this
    const running = phase === 'running'
    this.button.textContent = running ? texts.stop : texts.run
    this.button.disabled = !this.workflow
    this.bar.hidden = !running || !count
    if (count) Object.assign(this.bar, { max: count, value: index ?? 0 })
    this.status.value = {
      idle: texts.idle,
      failed: '',
      stopped: texts.stopped,
      done: texts.done(seconds.toFixed(1)),
      running: count ? `${index} / ${count}` : texts.running,
    }[phase]
    this.faults.replaceChildren(
      ...faults.map((fault) => Object.assign(create('li'), { textContent: fault })),
    )
    this.element.dispatchEvent(new CustomEvent('progress', { detail: progress }))
  }
}

const emptyValue = (): FigureValue => ({ values: {}, images: {}, files: {} })

function describeFault({ node: id, message, cure }: Fault, { graph, known }: FigureWorkflow) {
  const node = graph.nodes.find((each) => each.id === id)
  return [node && `${nodeTitle(node, known)}:`, message, cure].filter(Boolean).join(' ')
}

function create<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  className = '',
): HTMLElementTagNameMap[T] {
  return Object.assign(document.createElement(tag), className && { className })
}
