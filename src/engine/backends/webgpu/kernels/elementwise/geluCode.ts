// GELU in WGSL, from the upper tail of the normal distribution.
import { SQUARE_GRID, TAIL_END, tailFit } from '../../../../layers/normalTail.ts'

const number = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value))

/** P(t) by Horner's rule. */
const polynomial = tailFit.coefficients
  .map(number)
  .reduceRight((sum, coefficient) => `fma(${sum}, t, vec4f(${coefficient}))`, 'vec4f()')

/**
 * `fn gelu(x: vec4f) -> vec4f` and `fn gelu_derivative(x: vec4f) -> vec4f`. exp of WGSL has an error
 * that grows with its argument, so it is 2^n e^r here, with |r| <= ln(2) / 2.
 */
export const geluCode = `
fn half_square_exp(a: vec4f) -> vec4f {
  let h = round(a * ${number(1 / SQUARE_GRID)}) * ${number(SQUARE_GRID)};
  let large = -0.5 * h * h;
  let small = -0.5 * (a - h) * (a + h);
  let n = round((large + small) * ${number(Math.LOG2E)});
  // ln 2 in two parts. The first has few digits, so its products with integers are exact.
  let r = fma(n, vec4f(-0.693359375), large) + fma(n, vec4f(2.12194440e-4), small);
  var e = vec4f(${number(1 / 5040)});
  e = fma(e, r, vec4f(${number(1 / 720)}));
  e = fma(e, r, vec4f(${number(1 / 120)}));
  e = fma(e, r, vec4f(${number(1 / 24)}));
  e = fma(e, r, vec4f(${number(1 / 6)}));
  e = fma(e, r, vec4f(0.5));
  e = fma(e, r, vec4f(1.0));
  e = fma(e, r, vec4f(1.0));
  // A float with exponent n and mantissa 0 is 2^n; 0 below the smallest.
  return e * bitcast<vec4f>(vec4u(max(vec4i(n) + 127, vec4i(0))) << vec4u(23u));
}
fn scaled_tail(a: vec4f) -> vec4f {
  let t = 1.0 / fma(a, vec4f(${number(tailFit.scale)}), vec4f(1.0));
  return t * ${polynomial};
}
// Compilers may assume that x == x.
fn is_nan(x: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}
fn gelu(x: vec4f) -> vec4f {
  let a = min(abs(x), vec4f(${number(TAIL_END)}));
  let y = max(x, vec4f()) - a * half_square_exp(a) * scaled_tail(a);
  return select(y, x, is_nan(x));
}
fn gelu_derivative(x: vec4f) -> vec4f {
  let a = min(abs(x), vec4f(${number(TAIL_END)}));
  let rest = half_square_exp(a) * fma(a, vec4f(${1 / Math.sqrt(2 * Math.PI)}), -scaled_tail(a));
  return select(select(-rest, 1.0 + rest, x >= vec4f()), x, is_nan(x));
}`
