// Generated images of flowers, with random colours, petals and rotation, for screenshots of
// importing images.
import { createCanvas } from '@napi-rs/canvas'
import { writeImages } from '../src/engine/datasets/file.ts'
import { createRandom } from '../src/engine/base/random.ts'

const SIDE = 16

type Context = ReturnType<ReturnType<typeof createCanvas>['getContext']>

/** Creates a data set of 16 x 16 RGB images. */
export function flowers(count = 240): Uint8Array {
  const context = createCanvas(SIDE, SIDE).getContext('2d')
  const random = createRandom(3).uniform(4 * count)
  const images = new Uint8Array(count * SIDE * SIDE * 3)
  for (let i = 0; i < count; i++) {
    const [hue, petals, turn, size] = random.subarray(4 * i, 4 * i + 4) as unknown as [
      number,
      number,
      number,
      number,
    ]
    drawFlower(context, { hue, petals: 4 + Math.floor(4 * petals), turn, size: 1.8 + size })
    const { data } = context.getImageData(0, 0, SIDE, SIDE)
    for (let at = 0; at < SIDE * SIDE; at++)
      images.set(data.subarray(4 * at, 4 * at + 3), (i * SIDE * SIDE + at) * 3)
  }
  return writeImages({ name: 'flowers', images, shape: [count, SIDE, SIDE, 3], max: 255 })
}

interface Flower {
  hue: number
  petals: number
  turn: number
  size: number
}

function drawFlower(context: Context, { hue, petals, turn, size }: Flower) {
  const disc = (colour: string, x: number, y: number, radius: number) => {
    context.fillStyle = colour
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
  }
  context.fillStyle = '#10231a'
  context.fillRect(0, 0, SIDE, SIDE)
  for (let i = 0; i < petals; i++) {
    const angle = 2 * Math.PI * (i / petals + turn)
    disc(
      `hsl(${Math.floor(360 * hue)} 75% 62%)`,
      8 + 3.8 * Math.cos(angle),
      8 + 3.8 * Math.sin(angle),
      size,
    )
  }
  disc('#f6d75a', 8, 8, 2.2)
}
