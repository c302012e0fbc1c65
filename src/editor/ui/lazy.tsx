// Components whose code is loaded when they are first shown.
import { signal } from '@preact/signals'
import { h, type ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'

/**
 * Renders nothing until the component is loaded. `failed` receives the error if loading fails, for
 * example offline on the first visit; the next mount tries again.
 */
export function lazyComponent<P extends object>(
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
