// Error of networks that have no form in PyTorch.

/** Thrown with the reason, in the language of catalogues. */
export class NetworkError extends Error {
  override name = 'NetworkError'
}
