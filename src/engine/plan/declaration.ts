// Declarations: the data of node types, enough to draw, explain and check a node, but not to run it.
import { getOwn } from '../base/records.ts'
import type { SlotType } from './slotValues.ts'

/** Greatest seed. */
export const MAX_SEED = 2 ** 32 - 1

/**
 * Returns true if a param has an effect while the other params have these values. A param that
 * depends on one without effect has none either.
 */
export function hasEffect(
  params: Record<string, Param>,
  name: string,
  valueOf: (param: string) => unknown,
): boolean {
  const when = getOwn(params, name)?.when
  if (!when) return true
  const value = valueOf(when.param)
  // Objects of a stranger's file may have no text.
  const isMet = typeof value !== 'object' && [when.is].flat().includes(String(value))
  return isMet && hasEffect(params, when.param, valueOf)
}

/** Slot types that an input accepts, or any. */
export type Accepts = readonly SlotType[] | 'any'

export interface InputSlot {
  accepts: Accepts
  about: string
  optional?: true
  /** Has one slot per wire: `name_1`, `name_2`, ... */
  many?: true
  /** One of a row of inputs, of which nodes show those up to the one after the last wired one. */
  grows?: true
  /**
   * Has further slots, which are optional: `name`, `name_2`, `name_3`, ... Those of another input
   * `of` are offered once that has as many.
   */
  more?: { of: string }
  /** Is offered on the canvas only while the node has further slots, or if it is wired. */
  further?: true
}

/**
 * Slot type, or the name of an input whose wired type it has. With `param`, a choice param that
 * names the slot type, or is `like <input>`.
 */
export type OutputType = SlotType | LikeInput

interface LikeInput {
  like: string
  param?: string
}

/** Returns the type of an output while the params have these values. */
export function chosenType(
  { params }: Pick<Declaration, 'params'>,
  type: OutputType,
  values: Readonly<Record<string, unknown>>,
): OutputType {
  if (typeof type === 'string' || type.param === undefined) return type
  const value = Object.hasOwn(values, type.param) ? values[type.param] : undefined
  const types = chosenTypes({ params }, type)
  return types.find((each) => each === (value ?? getOwn(params, type.param ?? '')?.default)) ?? type
}

/** The slot types that the param of an output offers. */
export function chosenTypes(
  { params }: Pick<Declaration, 'params'>,
  { param: name = '', like }: LikeInput,
): readonly SlotType[] {
  const param = getOwn(params, name)
  const choices = param?.kind === 'choice' ? param.choices : []
  return choices.filter((choice): choice is SlotType => choice !== `like ${like}`)
}

export interface OutputSlot {
  type: OutputType
  about: string
  /** Has one slot for each wired `name_i` of the many-input of this name. */
  many?: true
  /** With `many`: the many-input, if it has another name than this output. */
  per?: string
  /**
   * The number is known on the CPU (`NumberValue.value`), so params can be wired to it. `inputs`:
   * if all numbers wired to the node are.
   */
  host?: true | 'inputs'
  /** Has a slot `name_2`, ... for each further slot of the input that it belongs to. */
  more?: { of: string }
  /** As for inputs. */
  further?: true
}

export type Param = ParamKind & {
  /** Rarely changed: shown in the panel, and on the node only if its value was changed. */
  advanced?: true
  /** Has an effect only while another param has this value, or one of these. */
  when?: { param: string; is: string | readonly string[] }
  /** Has no effect while this input is wired. */
  unless?: string
  /** The symbol of a number in the equation of the node, in LaTeX. */
  symbol?: string
  /**
   * Added to the node after results were stored with it: its default is left out of cache keys, so
   * that these results are still found.
   */
  added?: true
}

/** Headings of choices. Their texts are those of the editor. */
export type ChoiceGroup = 'deterministic' | 'freshNoise' | 'distilled'

type ParamKind =
  | {
      kind: 'number'
      default: number
      min: number
      max: number
      step: number
      integer: boolean
      slider: boolean
      /** The part of the valid range that a slider covers; undefined: all of it. */
      slides?: readonly [from: number, to: number]
      about: string
    }
  /** `each` describes the choices. `groups` sorts a long list, by the {@link ChoiceGroup}. */
  | {
      kind: 'choice'
      default: string
      choices: readonly string[]
      about: string
      each?: Readonly<Record<string, string>>
      groups?: Readonly<Record<string, readonly string[]>>
    }
  | { kind: 'boolean'; default: boolean; about: string }
  /**
   * `formula`: a formula of the inputs of the node, or of u, see `engine/formula`. Shown as an
   * equation, whose left side is `result`, in LaTeX.
   */
  | {
      kind: 'text'
      default: string
      multiline: boolean
      about: string
      formula?: 'inputs' | 'u'
      result?: string
      /** New nodes get a text that no other has: conv, conv_2, conv_3. */
      unique?: true
    }
  /** A seed: an integer up to {@link MAX_SEED}. New nodes get one not yet used in the graph. */
  | { kind: 'seed'; default: number; about: string }
  /**
   * Points drawn by hand, `[[x, y], ...]`, with coordinates of about [-2, 2]. `radius`: the param
   * with the radius of the discs in their place, as a share of the side.
   */
  | {
      kind: 'drawing'
      default: readonly (readonly [number, number])[]
      about: string
      radius?: string
    }
  /** A stored checkpoint. */
  | { kind: 'checkpoint'; default: StoredFile | null; about: string }
  /** A data set imported from the user's files: of images, or of points. */
  | { kind: 'dataset'; default: StoredFile | null; about: string; holds?: 'points' }

/** Reference to a stored file by the SHA-256 of its bytes. `size` is in bytes. */
export interface StoredFile {
  name: string
  size: number
  sha256: string
}

/** Properties that a Start and its End share. */
export interface LoopEnds {
  /** Type of the other end. */
  other: string
  /** Maps next inputs to the each outputs they feed. */
  carries: Record<string, string>
  /** The loop is a training. */
  trains?: true
}

/** The data of a declaration: enough to draw, explain and check a node, but not to run it. */
export interface Declaration {
  /** Permanent id, such as `diffusion/ForwardNoise`. */
  type: string
  /** Increased when the results for equal inputs and params change. Part of the cache key. */
  version: number
  title: string
  category: string
  summary: string
  /** Words of other tools and of papers for this node, by which the search finds it. */
  aliases?: readonly string[]
  equation?: string
  source?: string
  inputs: Record<string, InputSlot>
  outputs: Record<string, OutputSlot>
  params: Record<string, Param>
  role: 'node' | 'output' | 'observer' | 'start' | 'end' | 'note'
  /** Stands for a graph of other nodes, and can be opened. */
  expands?: true
  /** Makes a network of layers, which can be opened. */
  opens?: true
  loop?: LoopEnds
  room?: ViewRoom
  /** A point on a wire, which graphs omit. */
  reroute?: true
}

/** Declarations by type. */
export type ByType = ReadonlyMap<string, Declaration>

/**
 * The size of the view on a new node, in pixels; the user can resize it. Observers and nodes that
 * `show` something have one.
 */
export interface ViewRoom {
  width: number
  height: number
}
