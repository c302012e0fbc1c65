// Natural order of paths: by folder, and 2 before 10.

/** Compares two paths; 0 only if they are identical. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareNames(left[i], right[i])
    if (order !== 0) return order
  }
  return left.length - right.length || compareCodeUnits(a, b)
}

function compareNames(a: string, b: string): number {
  const [left, right] = [splitDigits(a), splitDigits(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = comparePieces(left[i], right[i])
    if (order !== 0) return order
  }
  // 01 and 1 are equal numbers but different names.
  return left.length - right.length || compareCodeUnits(a, b)
}

const splitDigits = (name: string) => name.match(/\d+|\D+/g) ?? []

function comparePieces(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareCodeUnits(a, b)
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return x.length - y.length || compareCodeUnits(x, y)
}

/** Compares by code units, independent of the locale. */
const compareCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
