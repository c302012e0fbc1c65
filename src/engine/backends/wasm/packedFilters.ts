// Filters in the order in which the functions read them, kept for weights that are used again with
// the same values, as in sampling. Packing and transforming a filter takes longer than a small image
// takes to be convolved with it.

interface Host {
  wasm: { _malloc(bytes: number): number; _free(address: number): void }
  disposeData(dataId: object, force?: boolean): boolean
}

/** The place of a packed filter. */
export interface PackedFilter {
  readonly address: number
  readonly floats: number
  /** Set when the jobs that pack it have been started. */
  isPacked: boolean
}

/** The most floats of all filters: 128 MiB. */
const MAX_FLOATS = 2 ** 25

/** The filters packed of one tensor, by their order; undefined after the first use. */
type Uses = Map<string, PackedFilter | undefined>

export class PackedFilters {
  private readonly uses = new WeakMap<object, Uses>()
  /** All filters that have memory. */
  private readonly filters = new Set<PackedFilter>()
  private floats = 0

  constructor(private readonly host: Host) {
    const disposeData = host.disposeData.bind(host)
    host.disposeData = (dataId, force) => {
      const isGone = disposeData(dataId, force)
      if (isGone) this.release(dataId)
      return isGone
    }
  }

  /**
   * Returns the place of a filter; undefined at its first use, as weights in training have only one,
   * if the memory for all filters is full, and if the heap is.
   * @param order what the packed numbers depend on beside the values
   */
  find(weights: object, order: string, floats: number): PackedFilter | undefined {
    const uses = this.uses.get(weights)
    if (!uses) this.uses.set(weights, new Map([[order, undefined]]))
    if (!uses?.has(order)) {
      uses?.set(order, undefined)
      return undefined
    }
    const known = uses.get(order)
    if (known) return known
    if (this.floats + floats > MAX_FLOATS) return undefined
    const address = this.allocate(4 * floats)
    if (address === undefined) return undefined
    const place = { address, floats, isPacked: false }
    uses.set(order, place)
    this.filters.add(place)
    this.floats += floats
    return place
  }

  /** Forgets what was packed, after jobs have failed that may have been packing a filter. */
  forget(): void {
    for (const filter of this.filters) filter.isPacked = false
  }

  private allocate(bytes: number): number | undefined {
    try {
      return this.host.wasm._malloc(bytes) >>> 0
    } catch {
      return undefined // Tensors need the rest of the heap more.
    }
  }

  private release(weights: object) {
    for (const filter of this.uses.get(weights)?.values() ?? []) {
      if (!filter) continue
      this.host.wasm._free(filter.address)
      this.filters.delete(filter)
      this.floats -= filter.floats
    }
    this.uses.delete(weights)
  }
}
