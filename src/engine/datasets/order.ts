// The order of files: folder by folder, and 2 before 10.

/** Compares two paths. Equal only if they are the same. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareNames(left[i]!, right[i]!)
    if (order !== 0) return order
  }
  return left.length - right.length || compare(a, b)
}

function compareNames(a: string, b: string): number {
  const [left, right] = [piecesOf(a), piecesOf(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = comparePieces(left[i]!, right[i]!)
    if (order !== 0) return order
  }
  // 01 and 1 are the same number but not the same name.
  return left.length - right.length || compare(a, b)
}

const piecesOf = (name: string) => name.match(/\d+|\D+/g) ?? []

function comparePieces(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compare(a, b)
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return x.length - y.length || compare(x, y)
}

/** By code units: the same everywhere, whatever the language. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
