// What the page and the engine say to each other: one discriminated union each way. Everything is structured-cloneable.
import type { Fault } from './plan/fault.ts'
import type { Expansion, Graph, GraphNode, Wire } from './plan/graph.ts'
import type { KeptFile, OutputFile } from './plan/op.ts'
import type { Glance, View } from './plan/view.ts'

export type BackendName = 'webgpu' | 'wasm' | 'webgl' | 'cpu'

/** Where the three .wasm files of tfjs are: a folder's address with a slash at its end, or an address for each file name. */
export type WasmPaths = string | Record<string, string>

/** Which backend computes, and why that one. */
export interface BackendReport {
  name: BackendName
  /** "llvmpipe", "SIMD, 1 thread", ... */
  device: string
  /** One sentence for the status line. */
  reason: string
  /** On a GPU that was measured: which kernels compute there, as a sentence. */
  kernels?: string
  /** What was tried and not taken, each with its reason. */
  rejected: { name: BackendName; reason: string }[]
}

/** How closely a run is looked at; nothing of it changes a result. */
export interface Watching {
  /** Slow motion: so many iterations a second, node by node, each value shown. */
  perSecond?: number
  /** What each node takes is measured, and told. */
  measure?: boolean
}

export interface RunRequest extends Watching {
  type: 'run'
  run: number
  graph: Graph
  /** Nodes to run to; all outputs and observers otherwise. */
  targets?: string[]
  /** Pause after the first iteration, to go on step by step. */
  paused?: boolean
}

export type Request =
  | RunRequest
  | { type: 'pause' | 'resume' | 'step' | 'stop'; run: number }
  | ({ type: 'watch'; run: number } & Watching)
  /** Answer to a question: train anew, start from the weights there are, or do not run. */
  | { type: 'answer'; run: number; answer: 'anew' | 'continue' | 'cancel' }
  | { type: 'check'; id: number; graph: Graph }
  | { type: 'expand'; id: number; node: GraphNode; wired: string[] }
  /** Writes a graph as a script, which says at its top what it is called and about. */
  | { type: 'script'; id: number; graph: Graph; title?: string; about?: string }
  /** Observers on screen; others wait (their last value is still shown at the end). Undefined: all are. */
  | { type: 'visible'; nodes: string[] | undefined }
  /** Whether the last value of each wire is kept from now on, so that it can be looked into. */
  | { type: 'keepLast'; on: boolean }
  /** Asks for the last value of an output, in short. Its answer may take a while: looking takes a fifth of the time at most. */
  | { type: 'glance'; id: number; output: Wire }
  /**
   * Starts a backend, or changes to another; `wasm` says where its files are if not beside the script, `mnist` in which
   * folder MNIST is, `measure` that a GPU's kernels are to be chosen anew. The first run would start one too.
   */
  | { type: 'backend'; name: BackendName | 'auto'; wasm?: WasmPaths; mnist?: string; measure?: boolean }
  /** Makes a file known, by its SHA-256; it is kept in storage. */
  | { type: 'keep'; id: number; what: Kept; name: string; bytes: Uint8Array }
  | { type: 'listKept'; id: number; what: Kept }
  | { type: 'getKept'; id: number; what: Kept; sha256: string }
  /** Answered by the list of what is left. */
  | { type: 'deleteKept'; id: number; what: Kept; sha256: string }
  /** Makes a data set of images and keeps it. Told by `importing` as it goes, and by `imported` when it is done. */
  | { type: 'importImages'; id: number; name: string; files: ImageFile[]; options: ImportOptions }
  /** Ends the import of this id, which is then answered by an error; nothing of it is kept. */
  | { type: 'cancelImport'; id: number }

/** What the user keeps for nodes to name. */
export type Kept = 'checkpoint' | 'dataset'

/** An image, or a ZIP of some; `path` with its folders, which can give the labels. */
export interface ImageFile {
  path: string
  file: Blob
}

export interface ImportOptions {
  /** Of every image, in pixels. */
  width: number
  height: number
  /** 1 grey, 3 red, green and blue. */
  channels: 1 | 3
  /** What to do with what is not of this shape: cut its longer side, add black bars, or stretch. */
  fit: 'crop' | 'pad' | 'stretch'
  /** Which part stays of what is cut, and where it lies between bars: from 0, left and top, to 1, right and bottom. The middle unless said. */
  position?: readonly [x: number, y: number]
  /** The innermost folder of an image is its class. */
  labels: boolean
}

/** What became of an import. */
export interface ImportReport {
  count: number
  /** Names of the classes, in order, with how many images each has; empty without labels. */
  classes: { name: string; count: number }[]
  /** Files that are no images or are broken, each with the reason. */
  skipped: { path: string; reason: string }[]
}

export type Event =
  | { type: 'ready'; backend: BackendReport }
  /** The ids that lead to a target, in order; each becomes busy or is found to be kept from an earlier run. */
  | { type: 'started'; run: number; nodes: string[] }
  | { type: 'cached'; run: number; node: string }
  | { type: 'faults'; run: number; faults: Fault[] }
  | { type: 'notices'; run: number; faults: Fault[] }
  /** A node began to run; for loops `progress` follows. */
  | { type: 'busy'; run: number; node: string }
  | {
      type: 'progress'
      run: number
      /** The Start of the zone (or the closed node it came from). */
      node: string
      /** Its End. */
      end: string
      /** Iterations done. */
      index: number
      count: number
      /** "t = 412". */
      label?: string
      /** Iterations a second, lately; 0 as long as nothing is known of it. */
      rate: number
      /** Infinity as long as nothing is known of it. */
      secondsLeft: number
      loss?: number
      /** Running inside an emission: samples while training. */
      emission?: true
    }
  /**
   * Every loss of a training, once it has come to its end or was stopped, or was found to be kept: the last is that of
   * iteration `index`.
   */
  | { type: 'losses'; run: number; node: string; index: number; losses: Float32Array }
  /** In slow motion: the node inside a loop that runs next. Without one the slow motion is over. */
  | { type: 'at'; run: number; node?: string }
  /** Now and then, and at the end, if it is measured: what nodes have taken so far. */
  | { type: 'measured'; run: number; nodes: Measure[]; timing: Timing }
  | { type: 'view'; run: number; node: string; view: View }
  | { type: 'file'; run: number; node: string; file: OutputFile }
  /** Before a loop begins: so many of its kernels are compiled. Ends with all of them, or with `finished`. */
  | { type: 'compiling'; run: number; done: number; total: number }
  /** A sentence for the status line: "samples every 200 steps instead of 100: they would take more than a fifth of the time". */
  | { type: 'status'; run: number; text: string }
  /** A change would put aside `seconds` of training of this node. */
  | { type: 'question'; run: number; node: string; seconds: number }
  | { type: 'paused'; run: number }
  | { type: 'resumed'; run: number }
  /** `nodes`, unless it was stopped: those that were computed, and those whose results were kept from before. */
  | {
      type: 'finished'
      run: number
      seconds: number
      stopped: boolean
      networks?: Networks
      nodes?: { ran: string[]; kept: string[] }
    }
  | { type: 'checked'; id: number; faults: Fault[] }
  | { type: 'expanded'; id: number; expansion?: Expansion; faults: Fault[] }
  /** Without text if the graph has faults. */
  | { type: 'scripted'; id: number; text?: string; faults: Fault[] }
  /** Without a glance if no value of it is kept. */
  | { type: 'glanced'; id: number; glance?: Glance }
  | { type: 'kept'; id: number; file?: KeptFile; error?: string }
  | { type: 'keptFiles'; id: number; files: KeptFile[] }
  /** Without bytes if it is not kept here. */
  | { type: 'keptBytes'; id: number; bytes?: Uint8Array<ArrayBuffer> }
  | { type: 'importing'; id: number; done: number; total: number }
  /** Without `file` if no data set came of it; `error` says why. */
  | { type: 'imported'; id: number; file?: KeptFile; report?: ImportReport; error?: string }
  /** Storage did not work as hoped (full, forbidden): said, and it goes on. */
  | { type: 'storage'; message: string }
  /** The engine could not be loaded, or has died: nothing more will come. */
  | { type: 'broken'; message: string }

/**
 * How time is measured. `direct`: kernels have run when a node returns. `waited`: the device is waited for after each node, but not
 * inside a training step, which is one unit. `issued`: the device is told, and nobody knows when it is done.
 */
export type Timing = 'direct' | 'waited' | 'issued'

/** What a node took in a run. */
export interface Measure {
  node: string
  /** In all; undefined inside a training step on a GPU, which is one unit. */
  seconds?: number
  /** How often it ran. */
  calls: number
  /** What it gave, at most, in bytes. */
  bytes: number
}

/** How often networks were given to a GPU from a recording of their commands, how often evaluated, and why they still were. */
export interface Networks {
  again: number
  anew: number
  why: string[]
}

/** Where requests go in and events come out: a worker, or the same code in the page. */
export interface EnginePort {
  post(request: Request): void
  /** Returns its own undo. */
  listen(onEvent: (event: Event) => void): () => void
  close(): void
}
