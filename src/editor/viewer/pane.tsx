// The canvas of the viewer: a scene, or two over each other, moved and enlarged by pointer, wheel and fingers.
import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Theme } from '../../nodes/views/canvas.ts'
import { listenToGestures } from './gestures.ts'
import { centred, fitted, inScene, panned, zoomed, type Lens, type Size } from './lens.ts'
import type { Found, Scene } from './scene.ts'

export type Place = readonly [number, number]

/** How all panes see: one lens, which fits until it is moved. */
export interface Sight {
  lens: Lens
  room: Size
  setRoom(room: Size): void
  /** Whether all of it is seen. */
  fits: boolean
  fit(): void
  /** One pixel of the picture for one of the page. */
  actual(): void
  zoom(factor: number, at?: Place): void
  pan(dx: number, dy: number): void
}

export function useSight(scene: Size): Sight {
  const [room, setRoom] = useState<Size>({ width: 800, height: 500 })
  const [moved, setMoved] = useState<Lens>()
  // Another picture is seen whole at first; another frame of a film as the one before it.
  useLayoutEffect(() => setMoved(undefined), [scene.width, scene.height])
  const lens = moved ?? fitted(scene, room, devicePixelRatio)
  const move = (change: (lens: Lens) => Lens) => setMoved((now) => change(now ?? lens))
  return {
    lens,
    room,
    setRoom: (next) => (next.width !== room.width || next.height !== room.height) && setRoom(next),
    fits: moved === undefined,
    fit: () => setMoved(undefined),
    actual: () => setMoved(centred(scene, room, 1)),
    zoom: (factor, at = [room.width / 2, room.height / 2]) => move((now) => zoomed(now, factor, at, scene, room)),
    pan: (dx, dy) => move((now) => panned(now, dx, dy, scene, room)),
  }
}

/** On top of another scene, from a share of the width on. */
export interface Over {
  scene: Scene
  split: number
}

interface PaneProps {
  scene: Scene
  over?: Over | undefined
  sight: Sight
  theme: Theme
  smooth: boolean
  label: string
  onFound: (found: Found | undefined) => void
  children?: ComponentChildren
}

export function Pane({ scene, over, sight, theme, smooth, label, onFound, children }: PaneProps) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  useRoom(box, sight)
  const rests = useRef<Place>(undefined)
  const tell = () => onFound(rests.current && foundAt(rests.current, scene, over, sight))
  useGestures(box, sight, (at) => {
    rests.current = at
    tell()
  })
  const { lens, room } = sight
  useLayoutEffect(() => {
    const dense = devicePixelRatio
    const element = canvas.current!
    Object.assign(element, { width: Math.round(room.width * dense), height: Math.round(room.height * dense) })
    const ctx = element.getContext('2d')!
    ctx.scale(dense, dense)
    const look = { room, theme, smooth }
    scene.paint(ctx, lens, look)
    if (rests.current) tell() // what is under a pointer that rests may be another now
    if (!over) return
    ctx.beginPath()
    ctx.rect(over.split * room.width, 0, room.width, room.height)
    ctx.clip()
    ctx.clearRect(0, 0, room.width, room.height)
    over.scene.paint(ctx, lensOver(lens, scene, over.scene), look)
  }, [scene, over?.scene, over?.split, lens.scale, lens.x, lens.y, room, theme, smooth])
  return (
    <div ref={box} class="pane">
      <canvas ref={canvas} role="img" aria-label={label} />
      {children}
    </div>
  )
}

/** The other scene as wide as this one, whatever its pixels are. */
const lensOver = (lens: Lens, { width }: Size, other: Size): Lens => ({ ...lens, scale: (lens.scale * width) / other.width })

function foundAt(at: Place, scene: Scene, over: Over | undefined, { lens, room }: Sight): Found | undefined {
  const upper = over && at[0] >= over.split * room.width
  return upper ? over.scene.at(...inScene(lensOver(lens, scene, over.scene), at)) : scene.at(...inScene(lens, at))
}

function useRoom(box: RefObject<HTMLDivElement | null>, { setRoom }: Sight) {
  const told = useRef(setRoom)
  told.current = setRoom
  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = box.current!
      if (width && height) told.current({ width, height })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
}

function useGestures(box: RefObject<HTMLDivElement | null>, sight: Sight, onPlace: (at: Place | undefined) => void) {
  const now = useRef({ sight, onPlace })
  now.current = { sight, onPlace }
  useEffect(() => listenToGestures(box.current!, now), [])
}
