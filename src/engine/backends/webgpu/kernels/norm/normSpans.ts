// Code of norm kernels whose workgroups, or invocations, each have a span of channels and all its
// pixels; and the sizes that norm kernels get as uniforms.
import type { Extents, GroupLayout, InputForm, Span } from './normInput.ts'
import { describeForm, isVectorizable, sumsCode } from './normInput.ts'
import { mainCode } from '../elementwise/sizedKernel.ts'

/** Invocations of a workgroup in kernels without spans. */
export const THREADS = 64

/** Returns the number of workgroups for this many invocations. */
export const blockCount = (invocations: number) => Math.ceil(invocations / THREADS)

/**
 * Returns the uniform sizes. Channels: `first` of the first tensor, `size` of a group, `span` of a
 * span. `spans`: the number of spans of an item.
 */
export const normSizes = ({ items, pixels, all, channels }: Extents, count: number) => ({
  count,
  items,
  pixels,
  all,
  first: channels[0],
  groups: 1,
  size: all,
  span: all,
  spans: 1,
})

/** Everything that the code of a kernel over spans depends on. */
export interface SpanShape {
  form: InputForm
  span: Span
  groupLayout: GroupLayout
  /** The size of subgroups for sums; 1: none. */
  lanes: number
}

/** Returns whether all reads of a span begin at a multiple of four. */
export const isSpanVectorizable = (extents: Extents, span: Span) =>
  isVectorizable(extents) && span.channels % 4 === 0

export const describeSpan = ({ form, span, groupLayout }: SpanShape) => {
  const { lanes, rows, perInvocation, channels } = span
  const size = perInvocation ? 'alone' : `${lanes}x${rows} for ${Math.ceil(channels / 4)}`
  return `of ${describeForm(form)}, ${size}, groups ${groupLayout}`
}

/**
 * Invocations of a workgroup where each has a span of its own: few, so that there are enough
 * workgroups for all cores.
 */
const PRIVATE_THREADS = 8

export function spanSizes(extents: Extents, groups: number, { perInvocation, channels }: Span) {
  const spans = Math.ceil(extents.all / channels)
  const count = extents.items * spans
  const sizes = normSizes(extents, perInvocation ? Math.ceil(count / PRIVATE_THREADS) : count)
  return { ...sizes, groups, size: extents.all / groups, span: channels, spans }
}

/**
 * A kernel over spans. Defines for the body the `item` of the span, its `first` channel and the
 * `end` of its channels, counted from that; the `lane` and `row` of the invocation; the sums of
 * {@link sumsCode}; and `within(value: vec4f, c: u32, end: u32) -> vec4f`, 0 for channels beyond
 * the span.
 */
export function spanCode(shape: SpanShape, body: string): string {
  const { span, groupLayout } = shape
  const { perInvocation, lanes, rows } = span
  const spanIndex = perInvocation
    ? `let t = 0u;
  let span = group * ${PRIVATE_THREADS}u + thread;
  if (span >= sizes.items * sizes.spans) { return; }`
    : `let t = thread;
  let span = group;`
  return `${sumsCode(span, groupLayout, shape.lanes)}
fn within(value: vec4f, c: u32, end: u32) -> vec4f {
  return select(vec4f(), value, vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(end));
}
${mainCode(
  perInvocation ? PRIVATE_THREADS : lanes * rows,
  `${spanIndex}
  let item = span / sizes.spans;
  let first = span % sizes.spans * sizes.span;
  let end = min(sizes.span, sizes.all - first);
  let lane = t % ${lanes}u;
  let row = t / ${lanes}u;
  ${body}`,
  shape.lanes,
)}`
}

/**
 * Loops over the fours of a lane: `c`, counted from the first channel of the span. A body with sums
 * over rows has barriers, so all lanes have to run it (`uniform`).
 */
export function columnLoop(
  { span: { channels, lanes, perInvocation } }: SpanShape,
  body: string,
  uniform = false,
): string {
  const columns = perInvocation
    ? '(sizes.span + 3u) / 4u'
    : `${Math.ceil(Math.ceil(channels / 4) / lanes)}u`
  return `for (var k = 0u; k < ${columns}; k++) {
    let c = 4u * (k * ${lanes}u + lane);
    ${uniform ? '' : 'if (c >= end) { break; }'}
    ${body}
  }`
}

/** Loops over the pixels of a row: `pixel`, counted over all items. */
export const pixelLoop = ({ span: { rows } }: SpanShape, body: string) =>
  `for (var p = row; p < sizes.pixels; p += ${rows}u) {
      let pixel = item * sizes.pixels + p;
      ${body}
    }`
