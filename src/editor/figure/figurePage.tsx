// The page of a figure: title and Run, the form, the views, progress and problems.
import type { ComponentChildren } from 'preact'
import { outerId } from '../../engine/base/ids.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import type { HideablePart } from '../drops/address.ts'
import { ownTypes } from '../graph/declarations.ts'
import { formatPath, listNodes } from '../graph/nodePaths.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import {
  formatFault,
  texts,
  translateMessage,
  translateTitle,
  translateWorkflow,
} from '../texts/texts.ts'
import { icons } from '../ui/icons.tsx'
import * as format from '../ui/format.ts'
import { FigureForm } from './fields.tsx'
import type { FigureModel } from './figureTypes.ts'
import { ViewPicture } from './viewPicture.tsx'
import './figure.css'

export interface FigurePageProps {
  figure: FigureModel
  hide?: ReadonlySet<HideablePart>
  /** Problems of the address, in the user's language. */
  problems?: readonly string[]
  /** Buttons after Run. */
  actions?: ComponentChildren
  /** Level of the title. */
  heading?: 'h1' | 'h2'
}

const nothing: ReadonlySet<HideablePart> = new Set()

export function FigurePage({
  figure,
  hide = nothing,
  problems = [],
  actions,
  heading = 'h1',
}: FigurePageProps) {
  const isShown = (part: HideablePart) => !hide.has(part)
  const form = isShown('panel') && figure.items.value.params.length > 0
  return (
    <article class={form ? 'figure with-form' : 'figure'}>
      {isShown('bar') && <Bar figure={figure} actions={actions} heading={heading} />}
      {isShown('notes') && <About figure={figure} />}
      {form && <FigureForm figure={figure} />}
      <Views figure={figure} charts={isShown('charts')} />
      <Problems figure={figure} problems={problems} />
      {isShown('status') && <Status figure={figure} />}
    </article>
  )
}

const figureTitle = ({ file }: FigureModel) =>
  translateWorkflow(file.value.extra.diffusion?.title || texts.untitled)

function Bar({
  figure,
  actions,
  heading: Heading,
}: Pick<FigurePageProps, 'figure' | 'actions'> & { heading: 'h1' | 'h2' }) {
  return (
    <header class="figure-bar">
      <Heading>{figureTitle(figure)}</Heading>
      <RunButton figure={figure} />
      {actions}
    </header>
  )
}

function RunButton({ figure }: { figure: FigureModel }) {
  const phase = figure.phase.value
  return phase === 'idle' ? (
    <button
      type="button"
      class="button primary"
      disabled={figure.engineError.value !== ''}
      onClick={() => figure.run()}
    >
      <icons.run />
      {texts.top.run}
    </button>
  ) : (
    <button
      type="button"
      class="button outline"
      disabled={phase === 'stopping'}
      onClick={() => figure.stop()}
    >
      <icons.stop />
      {texts.top.stop}
    </button>
  )
}

function About({ figure }: { figure: FigureModel }) {
  const about = figure.file.value.extra.diffusion?.about
  return about ? <p class="figure-about">{translateWorkflow(about)}</p> : null
}

function Views({ figure, charts }: { figure: FigureModel; charts: boolean }) {
  const views = figure.views.value
  const items = figure.items.value.views.filter(
    ({ id }) => charts || views.get(id)?.kind !== 'chart',
  )
  const isRunning = figure.phase.value !== 'idle'
  if (items.length === 0)
    return <p class="figure-views figure-empty">{figureTexts().nothingChosen}</p>
  return (
    <section class="figure-views" data-count={items.length} aria-label={figureTexts().results}>
      {items.map((item) => (
        <ViewPicture key={item.id} item={item} view={views.get(item.id)} running={isRunning} />
      ))}
    </section>
  )
}

/** Problems are shown whatever is hidden. */
function Problems({ figure, problems }: { figure: FigureModel; problems: readonly string[] }) {
  const faults = figure.faults.value.filter(({ notice }) => !notice)
  const engine = figure.engineError.value
  const lines = [
    ...problems,
    ...(engine ? [translateMessage(engine)] : []),
    ...faults.map((fault) => formatFaultAt(figure, fault)),
  ]
  return (
    <div class="figure-problems" role="alert">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  )
}

/** A fault with the title of its node. */
export function formatFaultAt({ file }: Pick<FigureModel, 'file'>, fault: Fault): string {
  const id = outerId(fault.node)
  const node = listNodes(file.value, ownTypes).find((each) => each.id === id)
  if (!node) return formatFault(fault)
  const path = [...node.ancestors, node.title].map(translateTitle)
  return figureTexts().problemAt(formatPath(path), formatFault(fault))
}

function Status({ figure }: { figure: FigureModel }) {
  const progress = figure.progress.value
  const { status } = texts
  return (
    <footer class="figure-status">
      {progress && progress.count > 0 && (
        <progress value={progress.index} max={progress.count} aria-label={figureTitle(figure)} />
      )}
      <span role="status">{formatState(figure)}</span>
      {progress && (
        <span class="figures">
          {status.step(format.count(progress.index), format.count(progress.count))}
          {progress.loss !== undefined && ` · ${status.loss} ${format.number(progress.loss)}`}
          {progress.label && ` · ${progress.label}`}
          {Number.isFinite(progress.secondsLeft) &&
            ` · ${status.left(format.estimate(progress.secondsLeft))}`}
        </span>
      )}
    </footer>
  )
}

function formatState({ phase, ended, faults }: FigureModel): string {
  const { status } = texts
  switch (phase.value) {
    case 'waiting':
      return figureTexts().starting
    case 'running':
      return status.running
    case 'stopping':
      return status.stopping
    case 'idle': {
      const end = ended.value
      if (faults.value.some(({ notice }) => !notice)) return status.failed
      if (!end) return figureTexts().ready
      return end.stopped ? status.stopped : status.finished(format.time(end.seconds))
    }
    default:
      return phase.value satisfies never
  }
}
