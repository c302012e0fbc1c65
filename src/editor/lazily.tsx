// Components that are fetched when they are shown for the first time.
import { signal } from '@preact/signals'
import { h, type ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'

/** Nothing until it is here. `failed` is told why it did not come: offline on the first visit, say; the next time it is asked for again. */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  failed: (error: Error) => void,
): ComponentType<P> {
  const loaded = signal<ComponentType<P> | undefined>(undefined)
  return function Lazily(props: P) {
    useEffect(() => {
      if (!loaded.value) load().then((component) => (loaded.value = component), failed)
    }, [])
    return loaded.value ? h(loaded.value, props) : null
  }
}
