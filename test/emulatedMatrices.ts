// Emulates subgroup matrices by plain WGSL: every lane has all numbers of a matrix. What a subgroup
// computes together, each of its lanes computes alone, with the same result.

const callsOf = {
  load: /subgroupMatrixLoad<subgroup_matrix_(left|right|result)<(\w+), (\d+), (\d+)>, (row|col)_major>\(&(\w+), /g,
  store: /subgroupMatrixStore<row_major>\(&(\w+), /g,
  zero: /subgroup_matrix_result<f32, (\d+), (\d+)>\(\)/g,
}

interface Matrix {
  columns: number
  rows: number
}

/** Returns a program without the extension. Throws Error for calls that it does not know. */
export function emulateMatrices(code: string): string {
  const functions = new Map<string, string>()
  const types = new Map<string, Matrix & { numbers: string }>()
  const declare = (use: string, numbers: string, columns: string, rows: string) => {
    types.set(use, { numbers, columns: Number(columns), rows: Number(rows) })
    return `Matrix_${use}`
  }
  const translated = code
    .replaceAll(
      callsOf.zero,
      (_, columns: string, rows: string) => `${declare('result', 'f32', columns, rows)}()`,
    )
    .replaceAll(
      callsOf.load,
      (
        _,
        use: string,
        numbers: string,
        columns: string,
        rows: string,
        major: string,
        from: string,
      ) => {
        const type = declare(use, numbers, columns, rows)
        const name = `load_${use}_${major}_${from}`
        const at = major === 'row' ? 'stride * r + c' : 'stride * c + r'
        functions.set(
          name,
          `fn ${name}(offset: u32, stride: u32) -> ${type} {
  var m: ${type};
  for (var r = 0u; r < ${rows}u; r++) {
    for (var c = 0u; c < ${columns}u; c++) { m.at[r * ${columns}u + c] = ${from}[offset + ${at}]; }
  }
  return m;
}`,
        )
        return `${name}(`
      },
    )
    .replaceAll(callsOf.store, (_, to: string) => {
      functions.set(
        'store',
        `fn store_${to}(offset: u32, m: Matrix_result, stride: u32) { STORE_${to} }`,
      )
      return `store_${to}(`
    })
    .replaceAll('subgroupMatrixMultiplyAccumulate(', 'multiply_accumulate(')
    .replace('enable chromium_experimental_subgroup_matrix;', '')
  if (/subgroup_?matrix/i.test(translated)) throw new Error(`Not translated:\n${translated}`)
  const { left, right, result } = Object.fromEntries(types)
  const declarations = [...types].map(
    ([use, { numbers, columns, rows }]) =>
      `struct Matrix_${use} { at: array<${numbers}, ${columns * rows}> }`,
  )
  const multiply = `fn multiply_accumulate(a: Matrix_left, b: Matrix_right, sums: Matrix_result) -> Matrix_result {
  var left = a;
  var right = b;
  var m = sums;
  for (var r = 0u; r < ${left.rows}u; r++) {
    for (var c = 0u; c < ${right.columns}u; c++) {
      for (var k = 0u; k < ${left.columns}u; k++) {
        m.at[r * ${result.columns}u + c] +=
          f32(left.at[r * ${left.columns}u + k]) * f32(right.at[k * ${right.columns}u + c]);
      }
    }
  }
  return m;
}`
  const store = functions.get('store')?.replace(
    /STORE_(\w+)/,
    (_, to: string) => `var values = m;
  for (var r = 0u; r < ${result.rows}u; r++) {
    for (var c = 0u; c < ${result.columns}u; c++) {
      ${to}[offset + stride * r + c] = values.at[r * ${result.columns}u + c];
    }
  }`,
  )
  const others = [...functions].filter(([name]) => name !== 'store').map(([, each]) => each)
  return [translated, ...declarations, ...others, multiply, store ?? ''].join('\n')
}
