// A side of a comparison, as the measurements see it.
import type { RequestName, Requests } from '../../hosts/bench/protocol.ts'

/** A request did not end in time. Its worker cannot be used any more. */
export class LateError extends Error {
  constructor(readonly seconds: number) {
    super(`There was no result after ${seconds.toPrecision(2)} s.`)
    this.name = 'LateError'
  }
}

/** The worker was closed during a request. */
export class ClosedError extends Error {}

export interface Peer {
  /**
   * Rejects with LateError after a number of seconds, with ClosedError when the worker is closed,
   * and with Error if the request fails.
   */
  ask<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
    seconds: number,
  ): Promise<Requests[Name]['gives']>
  close(): void
}
