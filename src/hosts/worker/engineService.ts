// Engine behind the protocol: a backend, its session, and a queue of runs.
import { MessageError } from '../../engine/base/errors.ts'
import { textFields, type MessageText } from '../../engine/base/catalogue.ts'
import { startBackend, stopBackend } from '../../engine/backends/backends.ts'
import { findEngineFailure } from '../../engine/backends/failures.ts'
import { getErrorText, createFault } from '../../engine/messages/fault.ts'
import type { Assets, Ops } from '../../engine/plan/op.ts'
import { DEFAULT_SAVE_INTERVAL } from '../../engine/plan/saveSchedule.ts'
import type { Session } from '../../engine/plan/session.ts'
import { createSession } from '../../engine/plan/session.ts'
import { StopFlags } from '../../engine/plan/stopFlags.ts'
import type {
  ArithmeticOption,
  BackendName,
  EngineFailure,
  Event,
  Request,
  RunRequest,
  WasmPaths,
  Monitoring,
} from '../../engine/protocol.ts'
import { describeValue, describeOutline } from '../../nodes/observers/describeValue.ts'
import { createAssets } from '../../storage/assets.ts'
import type { ShippedAddresses } from '../../storage/shippedFiles.ts'
import { createShippedFiles, withMnist } from '../../storage/shippedFiles.ts'
import { shippedAddresses } from '../../storage/shippedAddresses.ts'
import type { EngineStorage } from '../../storage/storage.ts'
import type { RequestHandlers } from './requestHandlers.ts'
import { wasmFiles } from './wasmFiles.ts'
import { hostMessages } from '../../messages/host.ts'

type Command = 'pause' | 'resume' | 'step' | 'stop'
type EngineRequest =
  | 'run'
  | Command
  | 'monitor'
  | 'answer'
  | 'visible'
  | 'keepLast'
  | 'backend'
  | 'save'
  | 'saveEvery'
  | 'stopFlags'
type Of<T extends Request['type']> = Extract<Request, { type: T }>

export interface EngineService {
  handlers: RequestHandlers<EngineRequest>
  /** The current session. A change of backend replaces it. */
  session(): Session
  /**
   * The session on the backend that was selected last, once it runs.
   * @throws MessageError if no backend could be started
   */
  readySession(): Promise<Session>
  /** The data that nodes need, when a backend runs. */
  assets(): Promise<Assets>
  /** Stops all runs and disposes every tensor. */
  close(): void
}

/** Number of attempts to start the backend that was used before a failure. */
const TRIES = 5
/** Time between them, in milliseconds. */
const RETRY_AFTER = 1000
/** Maximal wait for the end of a session, in milliseconds. A lost device may never answer. */
const DISPOSE_TIMEOUT = 3000

export function createEngineService(
  ops: Ops,
  storage: EngineStorage,
  post: (event: Event) => void,
): EngineService {
  const engine = new Engine(ops, storage, post)
  const control = ({ type, run }: Of<Command>) => engine.control(type, run)
  return {
    handlers: {
      run: (request) => engine.enqueue(request),
      pause: control,
      resume: control,
      step: control,
      stop: control,
      monitor: ({ run, perSecond, measure }) =>
        engine.monitor(run, {
          ...(perSecond !== undefined && { perSecond }),
          ...(measure && { measure }),
        }),
      answer: ({ run, answer }) => engine.session.answer(run, answer),
      visible: ({ nodes }) => engine.session.setVisible(nodes),
      keepLast: ({ on }) => engine.keepLast(on),
      backend: (request) => engine.selectBackend(request),
      save: () => engine.session.save(),
      saveEvery: ({ seconds }) => engine.saveEvery(seconds),
      stopFlags: ({ memory }) => (engine.stopFlags = new StopFlags(memory)),
    },
    session: () => engine.session,
    readySession: () => engine.readySession(),
    assets: () => engine.readyAssets(),
    close: () => engine.close(),
  }
}

class Engine {
  session: Session
  private addresses: ShippedAddresses = shippedAddresses
  private selected: {
    name: BackendName | 'auto'
    last: BackendName | undefined
    wasm: WasmPaths
    measure: boolean
    arithmetic: ArithmeticOption
    float16Products: boolean
  } = {
    name: 'auto',
    last: undefined,
    wasm: wasmFiles,
    measure: false,
    arithmetic: 'portable',
    float16Products: false,
  }
  /** Resolves to the reason if no backend could be started. */
  private backend: Promise<MessageText | undefined> | undefined
  /** The last change of backend that was requested. */
  private change: Promise<void> | undefined
  /** Queued runs, also while the backend starts. */
  private readonly waiting = new Map<number, RunRequest>()
  stopFlags: StopFlags | undefined
  private keepsLast = false
  private saveInterval: number | undefined = DEFAULT_SAVE_INTERVAL
  /** A session that ends without further events, because the engine has failed. */
  private failedSession: Session | undefined
  private currentRun = 0
  /** The tail of the queue of runs and changes of backend, which never overlap. */
  private lastTask: Promise<void> = Promise.resolve()

  constructor(
    private readonly ops: Ops,
    private readonly storage: EngineStorage,
    private readonly post: (event: Event) => void,
  ) {
    this.session = this.createSession()
  }

  close() {
    for (const run of this.waiting.keys()) this.control('stop', run)
    this.stopCurrentRun()
    void this.schedule(() => this.session.dispose())
  }

  keepLast(on: boolean) {
    this.keepsLast = on
    this.session.keepLast(on)
  }

  saveEvery(seconds: number | undefined) {
    this.saveInterval = seconds
    this.session.saveEvery(seconds)
  }

  async readySession(): Promise<Session> {
    // Without waiting for a change, values would be computed while tfjs has no backend.
    for (let change; change !== this.change; await change) change = this.change
    const failure = await (this.backend ??= this.startBackend())
    if (failure !== undefined) throw new MessageError(failure)
    return this.session
  }

  /** The data that nodes need, when a backend runs. */
  async readyAssets(): Promise<Assets> {
    await this.readySession()
    return this.createAssets()
  }

  private createAssets(): Assets {
    const { checkpoints, datasets } = this.storage
    return createAssets(
      checkpoints,
      datasets,
      createShippedFiles(() => this.addresses),
    )
  }

  private createSession(): Session {
    const { states } = this.storage
    const session: Session = createSession({
      ops: this.ops,
      store: states,
      assets: this.createAssets(),
      onEvent: (event) => {
        if (session !== this.failedSession) this.post(event)
      },
      beforeFault: async (error) => {
        const failure = await findEngineFailure(error)
        if (failure && session === this.session) this.fail(failure)
      },
      inspector: { inspect: describeValue, outline: describeOutline },
      isStopRequested: (run) => this.stopFlags?.has(run) ?? false,
    })
    session.keepLast(this.keepsLast)
    session.saveEvery(this.saveInterval)
    return session
  }

  private schedule(task: () => Promise<void>): Promise<void> {
    return (this.lastTask = this.lastTask
      .then(task)
      .catch((error) =>
        this.fail({ cause: 'crashed', ...textFields({ message: getErrorText(error) }) }),
      ))
  }

  // ---- runs

  enqueue(request: RunRequest) {
    this.waiting.set(request.run, request)
    void this.schedule(() => this.run(request.run))
  }

  private async run(id: number) {
    if (!this.waiting.has(id)) return // stopped before its turn, or the engine has failed
    const failure = await (this.backend ??= this.startBackend())
    const request = this.waiting.get(id)
    if (!request) return
    this.waiting.delete(id)
    if (failure !== undefined) return this.refuse(id, failure)
    this.currentRun = id
    await this.session.run(request)
  }

  private refuse(run: number, message: MessageText) {
    const fault = createFault({ node: '', message, cure: hostMessages.tryAnother() })
    this.post({ type: 'faults', run, faults: [fault] })
    this.post({ type: 'finished', run, seconds: 0, stopped: true })
  }

  control(command: Command, run: number) {
    const request = this.waiting.get(run)
    if (!request) return this.session.control(command, run)
    if (command === 'stop') {
      this.waiting.delete(run)
      this.post({ type: 'finished', run, seconds: 0, stopped: true })
    } else this.waiting.set(run, { ...request, paused: command !== 'resume' })
  }

  private stopCurrentRun() {
    this.session.control('stop', this.currentRun)
  }

  monitor(run: number, watching: Monitoring) {
    const waiting = this.waiting.get(run)
    if (!waiting) return this.session.monitor(run, watching)
    const { perSecond: _speed, measure: _measure, ...request } = waiting
    this.waiting.set(run, { ...request, ...watching })
  }

  // ---- backend

  selectBackend(request: Of<'backend'>) {
    const { name, last, wasm, measure = false, arithmetic, float16Products, mnist } = request
    this.selected = {
      name,
      last,
      wasm: wasm ?? this.selected.wasm,
      measure,
      arithmetic: arithmetic ?? this.selected.arithmetic,
      float16Products: float16Products ?? this.selected.float16Products,
    }
    if (mnist !== undefined) this.addresses = withMnist(this.addresses, mnist)
    this.stopCurrentRun()
    this.change = this.schedule(() => this.changeBackend())
  }

  private async startBackend(): Promise<MessageText | undefined> {
    try {
      const { name, last, wasm, measure, arithmetic, float16Products } = this.selected
      this.selected.measure = false // Measured only at the first start.
      const { devices } = this.storage
      const tuning = devices && { store: devices, remeasure: measure, float16Products }
      const prefer = name === 'auto' && last ? last : name
      const onLost = (_: string, message: MessageText) =>
        this.fail({ cause: 'device', ...textFields({ message }) })
      const start = () => startBackend({ prefer, wasm, tuning, arithmetic, onLost })
      let backend = await start()
      // After a failure of the GPU it takes a while until the browser provides one again.
      const isMissing = () => prefer === last && backend.name !== last
      for (let tries = 1; tries < TRIES && isMissing(); tries++) {
        await stopBackend()
        await pause(RETRY_AFTER)
        backend = await start()
      }
      this.post({ type: 'ready', backend })
      return undefined
    } catch (error) {
      const message = getErrorText(error)
      this.post({ type: 'broken', ...textFields({ message }) })
      return message
    }
  }

  /**
   * Tensors cannot move to another backend, so the session ends. The next one loads trained states
   * from storage.
   */
  private async changeBackend() {
    await Promise.race([this.session.dispose(), pause(DISPOSE_TIMEOUT)])
    this.session = this.createSession()
    await stopBackend()
    await (this.backend = this.startBackend())
  }

  /** Reports a failure and ends all runs silently: the page posts them again. */
  private fail(failure: EngineFailure) {
    if (this.failedSession === this.session) return
    this.failedSession = this.session
    this.waiting.clear()
    this.stopCurrentRun()
    this.post({ type: 'failed', failure })
  }
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
