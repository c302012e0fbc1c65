// Script URLs for `new Worker` on pages that enforce Trusted Types.

/**
 * Name of the only policy. Pages that enforce Trusted Types allow it with `trusted-types
 * litegraph-diffusion`.
 */
export const TRUSTED_TYPES_POLICY = 'litegraph-diffusion'

/** The part of the browser's API that is used here. TypeScript has no types of it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown }
}

const createPolicy = () =>
  (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy(TRUSTED_TYPES_POLICY, {
    createScriptURL: requireOwnOrigin,
  })

let policy: ReturnType<typeof createPolicy>

/**
 * Returns the URL of a script of this origin, in the form that `new Worker` and
 * `serviceWorker.register` accept under Trusted Types. Typed as a string, like those functions'
 * parameters.
 *
 * @throws TypeError if the URL has another origin, or if the page forbids the policy.
 */
export function trustedScriptUrl(url: string | URL): string {
  policy ??= createPolicy()
  return policy ? (policy.createScriptURL(String(url)) as string) : String(url)
}

/** Accepts blob: URLs of this origin too; the page's `worker-src` decides about them. */
function requireOwnOrigin(url: string): string {
  const { origin } = new URL(url, globalThis.location.href)
  if (origin === globalThis.origin) return url
  throw new TypeError(`Expected a script of ${globalThis.origin}, got ${url}.`)
}
