// Messages between the page and the engine: one discriminated union each way. Everything is
// structured-cloneable.
import type { TextFields, MessageFields } from './base/catalogue.ts'
import type { ReplayReport, Timing } from './base/backend.ts'
import type { Fault } from './messages/fault.ts'
import type { Expansion, Graph, GraphNode, Wire } from './plan/graph.ts'
import type { StoredFile, OutputFile } from './plan/op.ts'
import type { Inspection, View } from './base/view.ts'

export type { ReplayReport, Timing }

export type BackendName = 'webgpu' | 'wasm' | 'webgl' | 'cpu'

/**
 * The location of the .wasm files of tfjs: the URL of a folder with a trailing slash, or a URL for each
 * file name. tfjs-backend-wasm.wasm, for browsers without SIMD (before 2023), may be missing.
 */
export type WasmPaths = string | Record<string, string>

/** The active backend, and why it was chosen. */
/**
 * Arithmetic of a backend. `portable`: on wasm the instructions with the same bits on all machines,
 * on a GPU the default kernels, besides faster ones with equal bits. `fused`: on wasm a
 * multiplication and an addition in one instruction. `measured`: the fastest instructions and
 * kernels on this device, whose last bits may differ from those of other devices.
 */
export type ArithmeticOption = 'portable' | 'fused' | 'measured'

export interface BackendReport {
  name: BackendName
  /** "llvmpipe", "SIMD, 1 thread", "relaxed SIMD, 2 threads", ... */
  device: string
  /** One sentence for the status line. */
  reason: string
  /** wasm uses relaxed SIMD, whose bits depend on the machine. */
  relaxedSimd?: true
  /** One sentence about kernels that were measured. */
  kernels?: string
  /** The texts above by id, for other languages, as in all types of this file. */
  messages?: MessageFields<'device' | 'reason' | 'kernels'>
  /** Backends that were tried and not taken, each with its reason. */
  rejected: ({ name: BackendName } & TextFields<'reason'>)[]
}

/** Level of detail at which a run is monitored. It has no effect on results. */
export interface Monitoring {
  /** Slow motion: iterations per second. Each node is shown, with each value. */
  perSecond?: number
  /** Measures the time and memory of each node. */
  measure?: boolean
}

export interface RunRequest extends Monitoring {
  type: 'run'
  run: number
  graph: Graph
  /**
   * Identifies the workflow: charts show earlier runs of the same workflow only, and only its own
   * changes discard a training.
   */
  workflow?: string
  /** Nodes to run to; all outputs and observers if missing. */
  targets?: string[]
  /** Pauses after the first iteration, to continue step by step. */
  paused?: boolean
  /** Planned iterations beyond which the run is refused; `MOST_ITERATIONS` by default. */
  iterations?: number
  /** Asks about a larger plan with a question, instead of refusing it. */
  asks?: boolean
}

/** Shape of one item of the features of an output; `'n'` is a number of tokens. */
export interface OutputShape {
  output: Wire
  shape: readonly (number | 'n')[]
}

export type Request =
  | RunRequest
  | { type: 'pause' | 'resume' | 'step'; run: number }
  /**
   * Stops a run. The page shows it as stopped soon, even if an iteration takes longer; with
   * `patient`, only once the engine has stopped it.
   */
  | { type: 'stop'; run: number; patient?: boolean }
  | ({ type: 'monitor'; run: number } & Monitoring)
  /** Stores the training in progress after its current step: the page may be about to close. */
  | { type: 'save' }
  /** Seconds of training between two saves; without, trainings are stored only when they stop. */
  | { type: 'saveEvery'; seconds?: number }
  /** Answer to a question: train again or run, start from the existing weights, or cancel. */
  | { type: 'answer'; run: number; answer: 'restart' | 'continue' | 'cancel' }
  | { type: 'check'; id: number; graph: Graph }
  /** Asks which trainings of a graph would continue from a stored step. */
  | { type: 'findTrainings'; id: number; graph: Graph }
  | { type: 'expand'; id: number; node: GraphNode; wired: string[] }
  /** Asks for the layers of the model or the block that a node makes. Answered by `expanded`. */
  | { type: 'openModel'; id: number; graph: Graph; node: string }
  /** Asks for a diagram of the model that a node makes. Answered by `drawn`. */
  | { type: 'drawModel'; id: number; graph: Graph; node: string }
  /** Asks for a text of the model that a node makes, which is equal for equal networks. */
  | { type: 'describeModel'; id: number; graph: Graph; node: string }
  /** Asks for the memory and the time of the trainings of a graph. Answered by `estimated`. */
  | { type: 'estimateTrainings'; id: number; graph: Graph }
  /** Asks for the shapes of all features of a graph that are known without a run. */
  | { type: 'findShapes'; id: number; graph: Graph }
  /** Writes a graph as a script, with this title and description in its header. */
  | { type: 'script'; id: number; graph: Graph; title?: string; about?: string }
  /**
   * Writes a graph as a program for PyTorch, or as a notebook with `notes`, packed with the files
   * that it needs.
   */
  | {
      type: 'torch'
      id: number
      graph: Graph
      title?: string
      about?: string
      notes?: readonly string[]
    }
  /**
   * Observers on the screen. Others wait, but still show their last value. Undefined: all are
   * visible.
   */
  | { type: 'visible'; nodes: string[] | undefined }
  /** Switches whether the last value of each wire is kept for inspection. */
  | { type: 'keepLast'; on: boolean }
  /**
   * Asks for a description of the last value of an output. The answer may take a while, as
   * inspection takes at most a fifth of the time.
   */
  | { type: 'inspect'; id: number; output: Wire }
  /**
   * Starts a backend, or changes to another; otherwise the first run starts one. `wasm`: the
   * location of its files, if not beside the script. `mnist`: the folder of MNIST. `measure`:
   * measure the kernels again. `arithmetic`: see {@link ArithmeticOption}; `float16Products`:
   * products on a GPU may be of float16 where that is faster; both by default as before. `last`: the backend before a failure, which `auto`
   * prefers, so that trainings continue with equal bits.
   */
  | {
      type: 'backend'
      name: BackendName | 'auto'
      wasm?: WasmPaths
      mnist?: string
      measure?: boolean
      arithmetic?: ArithmeticOption
      float16Products?: boolean
      last?: BackendName
    }
  /** Stores a file, to be found by its SHA-256. */
  | { type: 'storeFile'; id: number; what: StoredFileKind; name: string; bytes: Uint8Array }
  | { type: 'listFiles'; id: number; what: StoredFileKind }
  | { type: 'readFile'; id: number; what: StoredFileKind; sha256: string }
  /** Answered by the list of the remaining files. */
  | { type: 'deleteFile'; id: number; what: StoredFileKind; sha256: string }
  /**
   * Makes a data set of images and stores it. Reports `importing` meanwhile, and `imported` at the
   * end.
   */
  | { type: 'importImages'; id: number; name: string; files: ImageFile[]; options: ImportOptions }
  /** Cancels the import of this id, which then ends with an error. Nothing of it is stored. */
  | { type: 'cancelImport'; id: number }
  /** Memory of {@link StopFlags}, in which stops reach the engine during an iteration. */
  | { type: 'stopFlags'; memory: SharedArrayBuffer }
  /** Answered by `alive` as soon as the engine's thread is free. */
  | { type: 'ping' }
  /** Holds a Web Lock until the engine's thread ends. Answered by `locked`. */
  | { type: 'lock'; name: string }

/** Files of the user that nodes can name. */
export type StoredFileKind = 'checkpoint' | 'dataset'

/** An image, or a ZIP of images. `path` includes its folders, which can give the labels. */
export interface ImageFile {
  path: string
  file: Blob
}

export interface ImportOptions {
  /** Size of all images, in pixels. */
  width: number
  height: number
  /** 1 grey, 3 red, green and blue. */
  channels: 1 | 3
  /** Fit of images of another shape: crop the longer side, add black bars, or stretch. */
  fit: 'crop' | 'pad' | 'stretch'
  /**
   * The position of the crop, or of the image between bars: from 0, left and top, to 1, right and
   * bottom. The middle if missing.
   */
  position?: readonly [x: number, y: number]
  /** Uses the innermost folder of an image as its class. */
  labels: boolean
  /**
   * Stores captions: those of CSV files with the columns file and caption, or else the names of the
   * images. Default: none.
   */
  captions?: boolean
}

/** The result of an import. */
export interface ImportReport {
  count: number
  /** Names of the classes, in order, with the number of images each; empty without labels. */
  classes: { name: string; count: number }[]
  /** Number of images with a caption; missing without captions. */
  captions?: number
  /** Files that are no images or are broken, each with the reason. */
  skipped: ({ path: string } & TextFields<'reason'>)[]
}

/** Position of a training. */
export interface TrainingStep {
  /** Full id of its Start. */
  node: string
  /** Completed iterations. */
  index: number
  count: number
}

export type Event =
  | { type: 'ready'; backend: BackendReport }
  /** The ids that lead to a target, in order. Each becomes busy or is found in the cache. */
  | { type: 'started'; run: number; nodes: string[] }
  | { type: 'cached'; run: number; node: string }
  | { type: 'faults'; run: number; faults: Fault[] }
  /** All notices so far; sent again if more follow from external data. */
  | { type: 'notices'; run: number; faults: Fault[] }
  /** A node began to run. For loops `progress` follows. */
  | { type: 'busy'; run: number; node: string }
  | {
      type: 'progress'
      run: number
      /** The Start of the loop, or the closed node it comes from. */
      node: string
      /** Its End. */
      end: string
      /** Completed iterations. */
      index: number
      count: number
      /** "t = 412". */
      label?: string
      /** Recent iterations per second; 0 as long as it is unknown. */
      rate: number
      /** Infinity as long as it is unknown. */
      secondsLeft: number
      loss?: number
      /** Inside an emission: samples during a training. */
      emission?: true
    }
  /**
   * All losses of a training, once it has ended, was stopped or was found in the cache. The last
   * one is that of iteration `index`.
   */
  | { type: 'losses'; run: number; node: string; index: number; losses: Float32Array }
  /**
   * In slow motion: the node inside a loop that runs next. Without a node, slow motion has ended.
   */
  | { type: 'at'; run: number; node?: string }
  /** Measures of nodes so far, from time to time and at the end. */
  | { type: 'measured'; run: number; nodes: Measure[]; timing: Timing }
  /** What an observer shows. During and after a training, with the steps done when it was observed. */
  | { type: 'view'; run: number; node: string; view: View; training?: TrainingStep }
  | { type: 'file'; run: number; node: string; file: OutputFile }
  /** Compiled kernels of a loop before it begins. Ends with all of them, or with `finished`. */
  | { type: 'compiling'; run: number; done: number; total: number }
  /**
   * A sentence for the status line, as "Sampling every 175 steps instead of 100, to keep training
   * fast."
   */
  | ({ type: 'status'; run: number } & TextFields<'text'>)
  /** A change would discard `seconds` of training of this node. */
  | { type: 'question'; run: number; node: string; seconds: number }
  /** The loops of this node and in it have so many planned iterations, which is too many. */
  | { type: 'question'; run: number; node: string; iterations: number }
  /**
   * A training was stored at step `index`, which blocked the thread for `blocked` milliseconds. A
   * reload of the page continues from there.
   */
  | { type: 'saved'; run: number; node: string; index: number; blocked: number }
  | { type: 'paused'; run: number }
  | { type: 'resumed'; run: number }
  /** `nodes`, unless the run was stopped: computed ones, and cached ones. */
  | {
      type: 'finished'
      run: number
      seconds: number
      stopped: boolean
      networks?: ReplayReport
      nodes?: { computed: string[]; cached: string[] }
    }
  | { type: 'checked'; id: number; faults: Fault[] }
  | { type: 'foundTrainings'; id: number; trainings: StoredTraining[] }
  | { type: 'expanded'; id: number; expansion?: Expansion; faults: Fault[] }
  /** An SVG document; missing if the node makes no network of layers. */
  | { type: 'drawn'; id: number; svg?: string; faults: Fault[] }
  /** Without text if the node makes no model. */
  | { type: 'describedModel'; id: number; text?: string; faults: Fault[] }
  | { type: 'estimated'; id: number; trainings: TrainingEstimate[] }
  | { type: 'foundShapes'; id: number; shapes: OutputShape[] }
  /** Without text if the graph has faults. */
  | { type: 'scripted'; id: number; text?: string; faults: Fault[] }
  /** A ZIP; none if a node has no form in PyTorch. */
  | { type: 'torchWritten'; id: number; zip?: Uint8Array<ArrayBuffer>; faults: Fault[] }
  /** Without a description if no value is kept. */
  | { type: 'inspected'; id: number; inspection?: Inspection }
  | {
      type: 'fileStored'
      id: number
      file?: StoredFile
      error?: string
      messages?: MessageFields<'error'>
    }
  | { type: 'fileList'; id: number; files: StoredFile[] }
  /** Without bytes if the file is not stored here. */
  | { type: 'fileBytes'; id: number; bytes?: Uint8Array<ArrayBuffer> }
  | { type: 'importing'; id: number; done: number; total: number }
  /** Without `file` if there is no data set; `error` says why. */
  | {
      type: 'imported'
      id: number
      file?: StoredFile
      report?: ImportReport
      error?: string
      messages?: MessageFields<'error'>
    }
  /**
   * Storage failed (full, forbidden, damaged, no answer). The run continues without it. `node`: the
   * training that it is about. `recovered`: it works again.
   */
  | ({ type: 'storage'; node?: string; recovered?: true } & TextFields<'message'>)
  /** The engine's thread works: it answers a ping, or runs kernels without sending other events. */
  | { type: 'alive' }
  /** The engine holds the lock of the request. */
  | { type: 'locked' }
  /** The engine cannot continue. Its runs have ended without any other event. */
  | { type: 'failed'; failure: EngineFailure }
  /**
   * The engine failed and starts again. These runs start again too, and continue from their last
   * stored states. Sent by the page's end of the connection.
   */
  | ({ type: 'restarting'; runs: number[] } & TextFields<'message'>)
  /** A request that the engine failed to answer several times. */
  | ({ type: 'unanswered'; id: number } & TextFields<'message'>)
  /** The engine could not be loaded, or cannot be started again. No more events will come. */
  | ({ type: 'broken' } & TextFields<'message'>)

/** Size, memory and time of a training, estimated before it starts. */
export interface TrainingEstimate {
  /** Its Start. */
  node: string
  parameters: number
  /** Items per step, and number of steps. */
  batch: number
  steps: number
  /** Floating-point operations of a step. */
  flops: number
  /** Weights, gradients, moments and saved activations, in bytes. Workspace is extra. */
  bytes: number
  /** Seconds of a step, unless the training is short or could not be measured. */
  seconds?: number
  /** Backend of the measurement. */
  backend: string
}

/** A training that would continue from a stored step. */
export interface StoredTraining {
  /** The Start of the training. */
  node: string
  /** Stored steps. */
  index: number
  /** Steps in all. */
  count: number
}

/** A failure of the engine itself, not of a graph. */
export interface EngineFailure {
  /**
   * `hung`: does not answer. `crashed`: an uncaught error. `ended`: its thread was terminated.
   * `memory`: out of memory. `device`: the GPU device was lost or has failed.
   */
  cause: 'hung' | 'crashed' | 'ended' | 'memory' | 'device'
  /** What the browser or the backend reports; '' if nothing is known. */
  message: string
  messages?: MessageFields<'message'>
  /** The node that ran, if known. */
  node?: string
}

/** Time and memory of a node in a run. */
export interface Measure {
  node: string
  /** In total; undefined inside a training step on a GPU, which is measured as one unit. */
  seconds?: number
  /** Number of calls. */
  calls: number
  /** The largest size of its output, in bytes. */
  bytes: number
}

/** The connection to an engine, in a worker or in the page. */
export interface EnginePort {
  post(request: Request): void
  /** Returns a function that removes the listener. */
  listen(onEvent: (event: Event) => void): () => void
  close(): void
}
