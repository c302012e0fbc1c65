// Kernels over spans: some channels of an item, and all its pixels. And the numbers that kernels of norms are given.
import type { Extents, InputForm, Lying, Span } from './normInput.ts'
import { formName, inFours, sumsCode } from './normInput.ts'
import { mainCode } from './sized.ts'

/** Invocations of a workgroup where each is by itself. */
export const THREADS = 64

/** Workgroups of so many invocations. */
export const blocksOf = (invocations: number) => Math.ceil(invocations / THREADS)

/**
 * `first` is of the channels of the first tensor, `size` of those of a group, `span` of those of a span, `spans` of the spans of an
 * item.
 */
export const sizesOf = ({ items, pixels, all, channels }: Extents, count: number) => ({
  count,
  items,
  pixels,
  all,
  first: channels[0]!,
  groups: 1,
  size: all,
  span: all,
  spans: 1,
})

/** What the code of a kernel over spans depends on. */
export interface Shape {
  form: InputForm
  span: Span
  lying: Lying
}

/** Whether all that a span reads begins at a multiple of four. */
export const spanInFours = (extents: Extents, span: Span) => inFours(extents) && span.channels % 4 === 0

export const spanName = ({ form, span: { lanes, rows, alone, channels }, lying }: Shape) =>
  `of ${formName(form)}, ${alone ? 'alone' : `${lanes}x${rows} for ${Math.ceil(channels / 4)}`}, groups ${lying}`

/** Invocations of a workgroup where each has a span of its own: few, so that there are enough workgroups for all cores. */
const ALONE = 8

export function spanSizes(extents: Extents, groups: number, { alone, channels }: Span) {
  const spans = Math.ceil(extents.all / channels)
  const count = extents.items * spans
  const sizes = sizesOf(extents, alone ? Math.ceil(count / ALONE) : count)
  return { ...sizes, groups, size: extents.all / groups, span: channels, spans }
}

/**
 * A kernel over spans. Of a span the body has its `item`, the `first` of its channels and the `end` of them, counted from it; of
 * an invocation its `lane` and `row`; and the sums, and `within(value: vec4f, c: u32, end: u32) -> vec4f`, 0 for channels that
 * are not of the span.
 */
export function spanCode({ span: { alone, lanes, rows }, span, lying }: Shape, body: string): string {
  return `${sumsCode(span, lying)}
fn within(value: vec4f, c: u32, end: u32) -> vec4f {
  return select(vec4f(), value, vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(end));
}
${mainCode(
  alone ? ALONE : lanes * rows,
  `${
    alone
      ? `let t = 0u;
  let span = group * ${ALONE}u + thread;
  if (span >= sizes.items * sizes.spans) { return; }`
      : `let t = thread;
  let span = group;`
  }
  let item = span / sizes.spans;
  let first = span % sizes.spans * sizes.span;
  let end = min(sizes.span, sizes.all - first);
  let lane = t % ${lanes}u;
  let row = t / ${lanes}u;
  ${body}`,
)}`
}

/** For each four channels of a lane: `c`, counted from the first of the span. With sums over rows in it, all lanes come along. */
export function forColumns({ span: { channels, lanes, alone } }: Shape, body: string, together = false): string {
  const columns = alone ? '(sizes.span + 3u) / 4u' : `${Math.ceil(Math.ceil(channels / 4) / lanes)}u`
  return `for (var k = 0u; k < ${columns}; k++) {
    let c = 4u * (k * ${lanes}u + lane);
    ${together ? '' : 'if (c >= end) { break; }'}
    ${body}
  }`
}

/** For each pixel of a row: `pixel`, counted over all items. */
export const forPixels = ({ span: { rows } }: Shape, body: string) =>
  `for (var p = row; p < sizes.pixels; p += ${rows}u) {
      let pixel = item * sizes.pixels + p;
      ${body}
    }`
