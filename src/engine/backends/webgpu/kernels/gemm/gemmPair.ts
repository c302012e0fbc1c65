// Two matrix products that read the same tensors, as one dispatch: half of the dispatches, and what
// both read comes from memory once. Workgroups of both take turns along the tensors, so that those
// which run at the same time read the same part, the second of them from the cache.
import type { Program } from '../../program.ts'
import { bindingsCode, workgroupGrid } from '../../wgsl.ts'
import type { BoundProduct } from './gemm.ts'
import { tileCount, tilePlacementCode } from './gemm.ts'
import { sharedTilesCode, tiledParts } from './gemmTiled.ts'
import type { Tiled } from './tiles.ts'
import { isPlainTile } from './tiles.ts'

export interface TiledProduct extends BoundProduct {
  tile: Tiled
}

/** Returns whether the tiles have workgroups of the same size and memory of the same type. */
export const canPair = (a: Tiled, b: Tiled) =>
  a.tall * a.wide === b.tall * b.wide && isPlainTile(a) && isPlainTile(b)

/**
 * Returns the outputs and the inputs that {@link gemmPair} binds: those of the first product, then
 * those of the second that the first does not have by the same name.
 */
export function pairBindings(first: BoundProduct, second: BoundProduct) {
  const names = new Set(first.inputs.map(({ name }) => name))
  return {
    outputs: [...first.outputs, ...second.outputs],
    inputs: [...first.inputs, ...second.inputs.filter(({ name }) => !names.has(name))],
  }
}

/**
 * Returns the program of two products for which {@link canPair} holds. Inputs of the same name are
 * the same tensor, in the same form. Code of the second product may call functions of the first by
 * names that it does not declare itself.
 */
export function gemmPair(first: TiledProduct, second: TiledProduct): Omit<Program, 'key'> {
  const { outputs, inputs } = pairBindings(first, second)
  const products = [first, second].map(({ product, tile }) => ({ product: product(), tile }))
  const [{ product: firstProduct }, { product: secondProduct }] = products
  const parts = products.map(({ product, tile }) => tiledParts(product, tile))
  const counts = products.map(({ product, tile }) => tileCount(product, tile) * product.parts) as [
    number,
    number,
  ]
  const sizes = [0, 1].map((i) => Math.max(...parts.map(({ shared }) => shared[i])))
  const grid = workgroupGrid(counts[0] + counts[1])
  const bodies = products.map(({ product, tile }, i) => {
    const { rows, columns, tall, wide } = tile
    return `fn run_tile(group: u32, thread: u32) {
  ${tilePlacementCode(product, tall * rows, wide * columns)}
  ${parts[i].body}
}`
  })
  const [tall, wide] = [first.tile.tall, first.tile.wide]
  const code = `${bindingsCode(outputs, inputs)}
${sharedTilesCode([sizes[0], sizes[1]])}
${firstProduct.code}
${bodies[0]}
${renameDeclarations(`${secondProduct.code}\n${bodies[1]}`, second.outputs.concat(second.inputs))}
@compute @workgroup_size(${tall * wide}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  ${turnsCode(counts, firstProduct.parts)}
}`
  return { code, workgroups: grid.workgroups }
}

/**
 * Assigns the workgroups in rounds: in each, a part of the first product, and as many tiles of the
 * second that all are assigned after the last round.
 */
function turnsCode([first, second]: readonly [number, number], rounds: number): string {
  const [a, b] = [first / rounds, Math.ceil(second / rounds)]
  // The last rounds may have fewer of the second, and begin earlier.
  return `let full = ${second - (b - 1) * rounds}u;
  let inFull = full * ${a + b}u;
  let late = group >= inFull;
  let size = select(${a + b}u, ${a + b - 1}u, late);
  let at = select(group, group - inFull, late);
  let round = at / size + select(0u, full, late);
  let turn = at % size;
  if (turn < ${a}u) { run_tile(round * ${a}u + turn, thread); }
  else {
    let before = round * ${b - 1}u + min(round, full);
    run_tile_of_second(before + turn - ${a}u, thread);
  }`
}

/**
 * Appends `_of_second` to the names of everything that the code declares, except for bindings, which
 * both products share.
 */
function renameDeclarations(code: string, bindings: readonly { name: string }[]): string {
  const bound = new Set(bindings.map(({ name }) => name))
  const names = [...code.matchAll(/^(?:fn|struct|const) (\w+)/gm)].map(([, name]) => name)
  const own = new Set(names.filter((name) => !bound.has(name)))
  return code.replace(/(?<!\.)\b[A-Za-z_]\w*\b/g, (name) =>
    own.has(name) ? `${name}_of_second` : name,
  )
}
