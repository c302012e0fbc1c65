// Interface of the client for hosts, the editor and tests.
import type { Fault } from '../../engine/messages/fault.ts'
import type { Expansion, Graph, GraphNode } from '../../engine/plan/graph.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import type { Inspection } from '../../engine/base/view.ts'
import type {
  BackendReport,
  Event,
  ImageFile,
  ImportOptions,
  ImportReport,
  StoredFileKind,
  OutputShape,
  StoredTraining,
  TrainingEstimate,
  Request,
  Monitoring,
} from '../../engine/protocol.ts'

/** An event of one run. */
export type RunEvent = Extract<Event, { run: number }>
export type ViewEvent = Extract<RunEvent, { type: 'view' }>

export interface RunOptions extends Monitoring {
  /** Identifies the workflow: charts show earlier runs of the same workflow only. */
  workflow?: string
  /** Nodes to run to. By default, all outputs and observers. */
  targets?: string[]
  /** Pause after the first iteration. */
  paused?: boolean
  /** Asks about a plan with very many iterations, instead of refusing it. */
  asks?: boolean
  /** Receives every event of this run. */
  onEvent?: (event: RunEvent) => void
}

export interface Finished {
  seconds: number
  /** True if the run was stopped, or if faults prevented it. */
  stopped: boolean
  faults: Fault[]
}

/** Commands to a run. Ignored after its end. */
export interface RunControl {
  pause(): void
  resume(): void
  /** Runs one iteration, then pauses. */
  step(): void
  /**
   * Stops the run. It ends within 300 ms, even if the engine has to complete a longer iteration
   * first; with `patient`, only once the engine has stopped it, so that no engine is replaced.
   */
  stop(options?: { patient?: boolean }): void
  /** Answers the engine's question about discarding a training, or about very many iterations. */
  answer(answer: 'restart' | 'continue' | 'cancel'): void
}

/** Handle of a started run. */
export interface ClientRun extends RunControl {
  /** Value of `run` in its events. */
  readonly id: number
  /** Resolves with the faults when the run has ended. Rejects only if the engine fails. */
  readonly finished: Promise<Finished>
  /** Sets how closely the run is observed from now on. */
  monitor(watching: Monitoring): void
}

/** Questions about graphs and values. */
export interface EngineQuestions {
  /** Returns all faults and notices of a graph without running it. */
  check(graph: Graph): Promise<Fault[]>
  /** Returns the trainings that a run of the graph would continue from a stored step. */
  findTrainings(graph: Graph): Promise<StoredTraining[]>
  /** @throws GraphError if the node cannot be expanded */
  expand(node: GraphNode, wired: string[]): Promise<Expansion>
  /**
   * The layer nodes of the network that a node of a graph makes, such as UNet or LoadCheckpoint, or
   * of a block, such as ResBlock.
   *
   * @throws GraphError if the node makes no network of layers, or the inputs of a block have no
   *   known shapes
   */
  openModel(graph: Graph, node: string): Promise<Expansion>
  /**
   * A diagram of the network that a node of a graph makes, as an SVG document.
   *
   * @throws GraphError if the node makes no network of layers
   */
  drawModel(graph: Graph, node: string): Promise<string>
  /**
   * A text of the model that a node of a graph makes, which is equal for models that differ in
   * their weights only.
   * @throws GraphError if the node makes no model
   */
  describeModel(graph: Graph, node: string): Promise<string>
  /** Memory and time of the trainings of a graph, without those whose model cannot be computed. */
  estimateTrainings(graph: Graph): Promise<TrainingEstimate[]>
  /** The shapes of all features of a graph that are known without a run. */
  findShapes(graph: Graph): Promise<OutputShape[]>
  /**
   * Converts a graph to a script for Node, with a title and a description in its header.
   * @throws GraphError with the faults that keep the graph from running
   */
  script(graph: Graph, text?: { title?: string; about?: string }): Promise<string>
  /**
   * Converts a graph to a program for PyTorch, or with `notes` to a notebook: a ZIP with the files
   * that it needs.
   * @throws GraphError with the faults of the graph, or for a node without a form in PyTorch
   */
  torch(
    graph: Graph,
    text?: { title?: string; about?: string; notes?: readonly string[] },
  ): Promise<Uint8Array<ArrayBuffer>>
  /**
   * Summarises the last value of an output, also during a run. Undefined if no value is available;
   * see {@link Client.keepLast}.
   */
  inspect(node: string, slot: string): Promise<Inspection | undefined>
}

/** The checkpoints and data sets that the engine stores. */
export interface EngineFiles {
  /** Stores a checkpoint or a data set, so that nodes can refer to it. */
  storeFile(what: StoredFileKind, name: string, bytes: Uint8Array): Promise<StoredFile>
  /** Lists the stored files of one kind. */
  listFiles(what: StoredFileKind): Promise<StoredFile[]>
  /** Returns the bytes of a stored file, undefined if there is no file with this hash. */
  readFile(what: StoredFileKind, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Deletes a stored file and returns the remaining ones. */
  deleteFile(what: StoredFileKind, sha256: string): Promise<StoredFile[]>
  /**
   * Creates a data set from images (also in ZIP archives) and stores it. Aborting `signal` cancels
   * the import, which then throws.
   */
  importImages(
    name: string,
    files: readonly ImageFile[],
    options: ImportOptions,
    control?: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal },
  ): Promise<{ file: StoredFile; report: ImportReport }>
}

export interface Client extends RunControl, EngineQuestions, EngineFiles {
  /** Resolves to the selected backend and the reason for the choice. */
  ready: Promise<BackendReport>
  /**
   * Runs a graph. Resolves with the faults when the run has ended. Rejects only if the engine
   * fails. The client's {@link RunControl} methods control the run that was started last.
   */
  run(graph: Graph, options?: RunOptions): Promise<Finished>
  /** Starts a run and returns its handle. */
  start(graph: Graph, options?: RunOptions): ClientRun
  /**
   * Subscribes to all events, including those of runs and answers. A subscriber receives an event
   * before its run or request does. Returns a function that unsubscribes.
   */
  listen(onEvent: (event: Event) => void): () => void
  /**
   * Stores the training in progress after its current step. Call it when the page may be about to
   * close.
   */
  save(): void
  /**
   * Sets the seconds between two saves of a training: 2 by default, and more if saving would take
   * over 2 % of the time. Undefined: trainings are stored only when they stop, and by {@link save}.
   */
  saveEvery(seconds: number | undefined): void
  /** Turns storing of the last value of each wire on or off, for {@link inspect}. */
  keepLast(on: boolean): void
  /** Sets the visible observers. Others update only at the end of a run. Undefined: all. */
  setVisible(nodes: string[] | undefined): void
  /** Changes to another backend, or restarts the current one. */
  setBackend(options: Omit<Extract<Request, { type: 'backend' }>, 'type'>): void
  close(): void
}
