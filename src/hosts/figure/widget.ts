// Figure as an anywidget (anywidget.dev), for Jupyter, Colab, marimo and VS Code.
import type { Declaration } from '../../engine/plan/op.ts'
import {
  createFigureWith,
  type Figure,
  type FigureOptions,
  type FigureProgress,
} from './createFigure.ts'
import type { FigureEngine } from './engine.ts'
import type { FigureSource } from './workflow.ts'

/** The traits of the widget in Python, as JavaScript sees them. */
export interface WidgetModel {
  get(name: string): unknown
  set(name: string, value: unknown): void
  save_changes(): void
  on(event: string, listener: (...args: never[]) => void): void
  off(event: string, listener?: (...args: never[]) => void): void
}

export interface WidgetProps {
  model: WidgetModel
  el: HTMLElement
  /** Aborted when the view is removed, in newer hosts. */
  signal?: AbortSignal
}

export interface Widget {
  /** Shows the widget in `el`. Returns a function that ends it. */
  render(props: WidgetProps): () => void
}

/** Time between two updates of `progress`, in milliseconds. */
const PROGRESS_EVERY = 250

/**
 * Creates the widget. Its traits, of which all but `workflow` may be missing:
 *
 * - `workflow`: the text or the parsed JSON of a workflow file, or the bytes of a ZIP
 * - `set`: values by `Node.param`; the user's changes come back
 * - `controls`, `height`, `theme`, `autorun`: see {@link FigureOptions}
 * - `values`, `images`, `files`: results of the last run, as in FigureValue; bytes in Python
 * - `progress`: a FigureProgress
 *
 * Custom messages `{ type: 'run' }` and `{ type: 'stop' }` control it.
 */
export const createWidgetWith = (
  declarations: readonly Declaration[],
  engine?: FigureEngine,
): Widget => ({
  render({ model, el, signal }) {
    const figure = createFigureWith(declarations, readSource(model), {
      ...readOptions(model),
      ...(engine !== undefined && { engine }),
    })
    el.append(figure)
    const end = connectModel(figure, model)
    const dispose = () => {
      end()
      figure.dispose()
      figure.remove()
    }
    signal?.addEventListener('abort', dispose, { once: true })
    return dispose
  },
})

/** Passes changes of traits to the figure, and its results to traits. */
function connectModel(figure: Figure, model: WidgetModel): () => void {
  const save = createSaver(model)
  const listeners: Record<string, (message?: { type?: unknown }) => void> = {
    'change:workflow': () => figure.load(readSource(model), readOptions(model)),
    'change:set': () => {
      const { set = {} } = readOptions(model)
      // A change of the user comes back from Python.
      if (JSON.stringify(set) !== JSON.stringify(figure.settings)) figure.set(set)
    },
    'change:height': () => figure.restyle(readOptions(model)),
    'change:theme': () => figure.restyle(readOptions(model)),
    'msg:custom': (message) => {
      if (message?.type === 'run') void figure.run()
      if (message?.type === 'stop') figure.stop()
    },
  }
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener)
  let saved = 0
  figure.addEventListener('change', () => save({ set: figure.settings }))
  figure.addEventListener('progress', (event) => {
    const { detail } = event as unknown as CustomEvent<FigureProgress>
    if (detail.phase === 'running' && performance.now() - saved < PROGRESS_EVERY) return
    saved = performance.now()
    save({ progress: detail })
  })
  figure.addEventListener('input', () => {
    const { values, images, files } = figure.value
    save({ values, images: toDataViews(images), files: toDataViews(files) })
  })
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener)
  }
}

/** Returns a function that saves the traits that the Python class has. */
const createSaver = (model: WidgetModel) => (traits: Readonly<Record<string, unknown>>) => {
  const known = Object.entries(traits).filter(([name]) => model.get(name) !== undefined)
  for (const [name, value] of known) model.set(name, value)
  if (known.length > 0) model.save_changes()
}

/** DataViews become bytes in Python. */
const toDataViews = (files: Readonly<Record<string, Uint8Array>>): Record<string, DataView> =>
  Object.fromEntries(
    Object.entries(files).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      new DataView(buffer, byteOffset, byteLength),
    ]),
  )

/** The trait `workflow`. An empty one is a workflow without nodes. */
function readSource(model: WidgetModel): FigureSource {
  const source = model.get('workflow')
  return (source as FigureSource | undefined) || '{"nodes":[],"links":[],"version":0.4}'
}

const readOptions = (model: WidgetModel): FigureOptions =>
  Object.fromEntries(
    ['set', 'controls', 'height', 'theme', 'autorun']
      .map((name) => [name, model.get(name)] as const)
      .filter(([, value]) => value != null),
  )
