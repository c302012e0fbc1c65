// The figure's side of the messages with the page around it. Only the parent window is heard, and
// only it is answered. No message reads or changes anything but this figure.
import { MessageError } from '../../engine/base/errors.ts'
import { effect, untracked } from '@preact/signals'
import { outerId } from '../../engine/base/ids.ts'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import type { View } from '../../engine/base/view.ts'
import { paintView } from '../../painters/paint.ts'
import { context2d } from '../../painters/context2d.ts'
import { ownTypes } from '../graph/declarations.ts'
import { listNodes } from '../graph/nodePaths.ts'
import { formatFault, translateMessage } from '../texts/texts.ts'
import { isDark, shownDialog } from '../ui/state.ts'
import { allParams } from './choices.ts'
import { describeFigure } from './describeFigure.ts'
import type { FigureModel } from './figureTypes.ts'
import {
  readHostMessage,
  VERSION,
  type FigureMessage,
  type FigureResult,
  type HostMessage,
} from './messages.ts'
import { allowedValues, findParam, readParamValue } from './values.ts'
import { figureTheme } from './viewPicture.tsx'

export interface EmbedApiOptions {
  figure: FigureModel
  /** Shows another workflow. Throws an Error with the reason if it cannot be read. */
  load: (source: Extract<HostMessage, { type: 'load' }>) => Promise<void>
  /** Only the params of the form can be set. */
  onlyShown: boolean
  /** Problems of the address. */
  problems: readonly string[]
  page?: Window
}

/** Listens to the page around a figure. Returns a function that stops it. */
export function listenToHost(options: EmbedApiOptions): () => void {
  const { page = window } = options
  if (page.parent === page) return () => {}
  const host = new HostConnection(options, page)
  return () => host.close()
}

/** Messages that change what is behind an open dialog. */
const behindDialog: ReadonlySet<HostMessage['type']> = new Set(['load', 'set', 'run'])

class HostConnection {
  /** Origin of the parent. Firefox reveals it only with the first message. */
  private origin: string | undefined
  private readonly stop: (() => void)[] = []

  constructor(
    private readonly options: EmbedApiOptions,
    private readonly page: Window,
  ) {
    this.origin = (
      page.location as Location & { ancestorOrigins?: DOMStringList }
    ).ancestorOrigins?.[0]
    const onMessage = (event: MessageEvent<unknown>) => void this.onMessage(event)
    page.addEventListener('message', onMessage)
    this.stop.push(() => page.removeEventListener('message', onMessage))
    this.post({ event: 'ready', ...describeFigure(options.figure) })
    this.reportProblems()
    this.follow()
  }

  close() {
    for (const stop of this.stop) stop()
  }

  // ---- messages of the page

  private async onMessage({ source, origin, data }: MessageEvent<unknown>) {
    if (source !== this.page.parent) return
    if (this.origin !== undefined && this.origin !== origin) return
    const read = readHostMessage(data)
    if (!read) return
    this.origin = origin
    const { id } = read
    try {
      if ('problem' in read) throw new Error(read.problem)
      await this.obey(read.message)
      this.post({ reply: id, ok: true, figure: describeFigure(this.options.figure) })
    } catch (error) {
      this.post({ reply: id, ok: false, error: getErrorMessage(error) })
    }
  }

  private async obey(message: HostMessage) {
    const { figure, load } = this.options
    if (shownDialog.value && behindDialog.has(message.type))
      throw new Error('A dialog is open in the figure. Send the message again once it is closed.')
    switch (message.type) {
      case 'hello':
        return this.reportProblems()
      case 'load':
        return load(message)
      case 'set':
        return this.set(message.params)
      case 'run':
        if (figure.engineError.value) throw new MessageError(figure.engineError.value)
        return figure.run()
      case 'stop':
        return figure.stop()
      default:
        return message satisfies never
    }
  }

  /** Sets all values, or none if one is invalid. */
  private set(params: Readonly<Record<string, unknown>>) {
    const { figure, onlyShown } = this.options
    const candidates = onlyShown ? figure.items.value.params : allParams(figure.file.value)
    const changes = Object.entries(params).map(([name, given]) => {
      const { param, problem } = findParam(candidates, name)
      if (!param) throw new Error(problem)
      const value = readParamValue(param.param, given)
      if (value === undefined)
        throw new Error(`Expected ${allowedValues(param.param)} for ${name.slice(0, 80)}.`)
      return { param, value }
    })
    for (const { param, value } of changes) figure.set(param.node, param.name, value)
  }

  // ---- events

  private follow() {
    const { figure } = this.options
    let described = JSON.stringify(describeFigure(figure))
    this.stop.push(
      effect(() => {
        const now = describeFigure(figure)
        const text = JSON.stringify(now)
        if (text === described) return
        described = text
        this.post({ event: 'changed', ...now })
      }),
      effect(() => {
        const progress = figure.progress.value
        if (!progress) return
        const { secondsLeft: _, ...rest } = progress
        this.post({ event: 'progress', ...rest })
      }),
      effect(() => {
        const message = figure.engineError.value
        if (!message) return
        const errors = [{ message: untracked(() => translateMessage(message)) }]
        this.post({ event: 'error', errors })
      }),
      effect(() => {
        const end = figure.ended.value
        if (end) untracked(() => void this.reportEnd(end))
      }),
    )
  }

  private async reportEnd({
    seconds,
    stopped,
    faults,
  }: NonNullable<FigureModel['ended']['value']>) {
    const { file } = this.options.figure
    const real = faults.filter(({ notice }) => !notice)
    if (real.length > 0) {
      const nodes = listNodes(file.value, ownTypes)
      const errors = real.map((fault) => {
        const title = nodes.find(({ id }) => id === outerId(fault.node))?.title
        return { ...(title !== undefined && { node: title }), message: formatFault(fault) }
      })
      this.post({ event: 'error', errors })
      return
    }
    this.post({ event: 'result', seconds, stopped, views: await this.results() })
  }

  private results(): Promise<FigureResult[]> {
    const { items, views } = this.options.figure
    const shown = items.value.views.flatMap((item) => {
      const value = views.value.get(item.id)
      return value ? [{ item, value }] : []
    })
    return Promise.all(
      shown.map(async ({ item: { id, title, size }, value }) => {
        const picture = await drawPicture(value, size).catch(() => undefined)
        return { id, title, value, ...(picture && { picture }) }
      }),
    )
  }

  private reportProblems() {
    const { problems } = this.options
    if (problems.length > 0)
      this.post({ event: 'error', errors: problems.map((message) => ({ message })) })
  }

  private post(message: FigureMessage) {
    if (this.origin === undefined) return
    // Pages of opaque origins, such as files, can only be named by *. The message goes to the
    // parent alone in any case.
    const target = this.origin === 'null' ? '*' : this.origin
    this.page.parent.postMessage({ litegraphDiffusion: VERSION, ...message }, target)
  }
}

/** Draws a view as a PNG, twice as large as on the canvas. */
async function drawPicture(
  view: View,
  [width, height]: readonly [number, number],
): Promise<Blob | undefined> {
  if (typeof OffscreenCanvas === 'undefined') return undefined
  const scale = Math.min(2, Math.sqrt(4e6 / Math.max(1, width * height)))
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale))
  const ctx = context2d(canvas)
  ctx.scale(scale, scale)
  paintView(ctx, view, { x: 0, y: 0, width, height }, figureTheme(isDark.value))
  return canvas.convertToBlob({ type: 'image/png' })
}

/** Loads what a message names, as the text of a workflow file. */
export async function loadText(
  source: Extract<HostMessage, { type: 'load' }>,
  loadNamed: (name: string) => Promise<string>,
): Promise<string> {
  return 'workflow' in source ? source.workflow : loadNamed(source.gallery)
}
