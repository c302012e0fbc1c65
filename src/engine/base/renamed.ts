// Public functions under former names, which warn once. A former name lasts for one minor release.

const warned = new Set<string>()

/** Wraps a function for its former name. The first call logs a warning with its name `now`. */
export const renamed = <F extends (...args: never[]) => unknown>(
  former: string,
  now: string,
  work: F,
): F =>
  ((...args: Parameters<F>) => {
    if (!warned.has(former)) console.warn(renamedText(former, now))
    warned.add(former)
    return work(...args)
  }) as F

/** {@link renamed} for all functions of a namespace. */
export const renamedAll = <T extends Readonly<Record<string, (...args: never[]) => unknown>>>(
  namespace: string,
  functions: T,
): T =>
  Object.fromEntries(
    Object.entries(functions).map(([name, work]) => [
      name,
      renamed(name, `${namespace}.${name}`, work),
    ]),
  ) as T

const renamedText = (former: string, now: string) =>
  `litegraph-diffusion: ${former} is now called ${now}. The former name will be removed in 0.3.`
