// Access of components to the services of the editor. `services.ts` of each folder declares the
// services that its components use as an interface, with a hook for them. The app provides one
// object that implements all of them.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

const Services = createContext<unknown>(undefined)

export const ServicesProvider = Services.Provider

export function useServices<S>(): S {
  const services = useContext(Services)
  if (!services) throw new Error('A component is used outside of the editor.')
  return services as S
}
