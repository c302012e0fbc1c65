// Requests with a single answer. The request and its answer have the same id.
import { MessageError } from '../../engine/base/errors.ts'
import { getText, type MessageFields } from '../../engine/base/catalogue.ts'
import { GraphError } from '../../engine/messages/fault.ts'
import type { EnginePort, Event, Request } from '../../engine/protocol.ts'
import type { EngineFiles, EngineQuestions } from './clientTypes.ts'

/** The event that answers each request. */
interface AnswerTypes {
  check: 'checked'
  findTrainings: 'foundTrainings'
  expand: 'expanded'
  openModel: 'expanded'
  drawModel: 'drawn'
  describeModel: 'describedModel'
  estimateTrainings: 'estimated'
  findShapes: 'foundShapes'
  script: 'scripted'
  torch: 'torchWritten'
  inspect: 'inspected'
  storeFile: 'fileStored'
  listFiles: 'fileList'
  readFile: 'fileBytes'
  deleteFile: 'fileList'
  importImages: 'imported'
}

/** A request that has an answer. */
type Question = Extract<Request, { type: keyof AnswerTypes }>
type Answer<Q extends Question> = Extract<Event, { type: AnswerTypes[Q['type']] }>
type AnswerEvent = Extract<Event, { id: number }>

type OnProgress = (done: number, total: number) => void

/** A posted request without an answer yet. */
interface PendingRequest {
  resolve(answer: AnswerEvent): void
  reject(error: Error): void
  onProgress?: OnProgress | undefined
}

export interface PendingRequests {
  /**
   * Posts the request that `make` returns for an id. Returns the id and a promise of the answer.
   */
  send<Q extends Question>(
    make: (id: number) => Q,
    onProgress?: OnProgress,
  ): { id: number; answer: Promise<Answer<Q>> }
  /** Like {@link send}, but returns only the promise. */
  ask<Q extends Question>(make: (id: number) => Q): Promise<Answer<Q>>
  onEvent(event: AnswerEvent): void
  /** Rejects every pending and every later request. */
  abandon(error: Error): void
}

export function createPendingRequests(
  post: EnginePort['post'],
  nextId: () => number,
): PendingRequests {
  const pending = new Map<number, PendingRequest>()
  let ended: Error | undefined
  const send = <Q extends Question>(make: (id: number) => Q, onProgress?: OnProgress) => {
    const id = nextId()
    if (ended) return { id, answer: Promise.reject(ended) }
    const answer = new Promise<Answer<Q>>((resolve, reject) => {
      // The engine answers a request with an event of its AnswerTypes entry.
      pending.set(id, { resolve: (event) => resolve(event as Answer<Q>), reject, onProgress })
    })
    post(make(id))
    return { id, answer }
  }
  return {
    send,
    ask: (make) => send(make).answer,
    onEvent(event) {
      const request = pending.get(event.id)
      if (event.type === 'importing') return request?.onProgress?.(event.done, event.total)
      pending.delete(event.id)
      if (event.type === 'unanswered') request?.reject(new MessageError(getText(event, 'message')))
      else request?.resolve(event)
    },
    abandon(error) {
      ended ??= error
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
    },
  }
}

export const createQuestions = ({ ask }: PendingRequests): EngineQuestions => ({
  check: async (graph) => (await ask((id) => ({ type: 'check', id, graph }))).faults,
  findTrainings: async (graph) =>
    (await ask((id) => ({ type: 'findTrainings', id, graph }))).trainings,
  async expand(node, wired) {
    const { expansion, faults } = await ask((id) => ({ type: 'expand', id, node, wired }))
    if (!expansion) throw new GraphError(faults)
    return expansion
  },
  async openModel(graph, node) {
    const { expansion, faults } = await ask((id) => ({ type: 'openModel', id, graph, node }))
    if (!expansion) throw new GraphError(faults)
    return expansion
  },
  async drawModel(graph, node) {
    const { svg, faults } = await ask((id) => ({ type: 'drawModel', id, graph, node }))
    if (svg === undefined) throw new GraphError(faults)
    return svg
  },
  async describeModel(graph, node) {
    const { text, faults } = await ask((id) => ({ type: 'describeModel', id, graph, node }))
    if (text === undefined) throw new GraphError(faults)
    return text
  },
  estimateTrainings: async (graph) =>
    (await ask((id) => ({ type: 'estimateTrainings', id, graph }))).trainings,
  findShapes: async (graph) => (await ask((id) => ({ type: 'findShapes', id, graph }))).shapes,
  async script(graph, about = {}) {
    const { text, faults } = await ask((id) => ({ type: 'script', id, graph, ...about }))
    if (text === undefined) throw new GraphError(faults)
    return text
  },
  async torch(graph, about = {}) {
    const { zip, faults } = await ask((id) => ({ type: 'torch', id, graph, ...about }))
    if (zip === undefined) throw new GraphError(faults)
    return zip
  },
  inspect: async (node, slot) =>
    (await ask((id) => ({ type: 'inspect', id, output: { node, slot } }))).inspection,
})

export const createFileRequests = (
  { ask, send }: PendingRequests,
  post: EnginePort['post'],
): EngineFiles => ({
  async storeFile(what, name, bytes) {
    const stored = await ask((id) => ({ type: 'storeFile', id, what, name, bytes }))
    if (!stored.file) throw failure(stored)
    return stored.file
  },
  listFiles: async (what) => (await ask((id) => ({ type: 'listFiles', id, what }))).files,
  readFile: async (what, sha256) =>
    (await ask((id) => ({ type: 'readFile', id, what, sha256 }))).bytes,
  deleteFile: async (what, sha256) =>
    (await ask((id) => ({ type: 'deleteFile', id, what, sha256 }))).files,
  async importImages(name, files, options, { onProgress, signal } = {}) {
    const { id, answer } = send(
      (id) => ({ type: 'importImages', id, name, files: [...files], options }),
      onProgress,
    )
    signal?.addEventListener('abort', () => post({ type: 'cancelImport', id }))
    const imported = await answer
    const { file, report } = imported
    if (!file || !report) throw failure(imported)
    return { file, report }
  },
})

const failure = ({ error = '', messages }: { error?: string; messages?: MessageFields<'error'> }) =>
  new MessageError(getText({ error, messages }, 'error'))
