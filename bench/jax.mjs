// The same UNet and steps in jax-js, compiled by `jit`. Functions consume their arrays; `.ref`
// keeps an array for another use. Filters are [out, in, h, w] and images [b, c, h, w], as its
// convolutions require.
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'

/** Equivalent of `openTfjs`. */
export async function openJax(backend, { problem, numbers }) {
  const available = await init(backend)
  if (!available.includes(backend)) throw new Error(`jax-js has no ${backend} here`)
  defaultDevice(backend)
  const read = ({ shape, offset }) => {
    const size = shape.reduce((product, length) => product * length, 1)
    return np.array(numbers.slice(offset, offset + size), { shape })
  }
  const weights = Object.fromEntries(
    Object.entries(problem.weights).map(([name, place]) => {
      const weight = read(place)
      return [
        name,
        place.shape.length === 4 ? materialized(weight.transpose([3, 2, 0, 1])) : weight,
      ]
    }),
  )
  const images = (place) => materialized(read(place).transpose([0, 3, 1, 2]))
  const batch = {
    x: images(problem.batch.x_t),
    noise: images(problem.batch.noise),
    sines: read(problem.batch.sines),
  }
  return {
    device: '',
    step: { train: training, sample: sampling }[problem.task](problem, weights, batch),
  }
}

/** Copies an array into the default layout. */
const materialized = jit((x) => x.mul(1))

function training(problem, weights, { x, noise, sines }) {
  const { lr, beta1, beta2, eps } = problem.adam
  const lossOf = (w, x, noise, sines) => np.square(unet(problem, w, x, sines).sub(noise)).mean()
  const step = jit((w, m, v, x, noise, sines, correction1, correction2) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(w), x, noise, sines)
    m = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), m, tree.ref(gradients))
    v = tree.map((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), v, gradients)
    const moved = (w, m, v) =>
      w.sub(
        m
          .mul(correction1.ref)
          .mul(lr)
          .div(np.sqrt(v.mul(correction2.ref)).add(eps)),
      )
    w = tree.map(moved, w, tree.ref(m), tree.ref(v))
    correction1.dispose()
    correction2.dispose()
    return [loss, w, m, v]
  })
  let [w, m, v, count] = [weights, zerosLike(weights), zerosLike(weights), 0]
  return async () => {
    count++
    const corrections = [beta1, beta2].map((beta) =>
      np.array(Float32Array.of(1 / (1 - beta ** count)), { shape: [] }),
    )
    const [loss, ...next] = step(w, m, v, x.ref, noise.ref, sines.ref, ...corrections)
    ;[w, m, v] = next
    return loss.data()
  }
}

const zerosLike = (weights) => tree.map((weight) => np.zeros(weight.shape), weights)

function sampling(problem, weights, { x, sines }) {
  const { from, to } = problem
  const step = jit((w, x, sines) => {
    const epsilon = unet(problem, w, x.ref, sines)
    const x0 = x.sub(epsilon.ref.mul(from.sigma)).mul(1 / from.alpha)
    return x0.mul(to.alpha).add(epsilon.mul(to.sigma)).transpose([0, 2, 3, 1])
  })
  return () => step(tree.ref(weights), x.ref, sines.ref).data()
}

/** Consumes the weights. */
function unet({ structure, config }, w, x, sines) {
  const time = nn.silu(
    linear(nn.silu(linear(sines, w, 'time_embedding.linear_1')), w, 'time_embedding.linear_2'),
  )
  const through = (h, block, attention) => {
    const out = residual(h, time.ref, w, block.name, config)
    return attention ? attend(out, attention, w, config) : out
  }
  let h = conv(x, w, 'conv_in')
  const skips = [h.ref]
  const keep = (next) => {
    h = next
    skips.push(h.ref)
  }
  for (const { resnets, attentions, resample } of structure.down) {
    resnets.forEach((block, i) => keep(through(h, block, attentions[i])))
    if (resample) keep(conv(h, w, resample.name, 2))
  }
  const { resnets, attention } = structure.middle
  h = through(through(h, resnets[0], attention), resnets[1])
  for (const level of structure.up) {
    level.resnets.forEach((block, i) => {
      h = through(np.concatenate([h, skips.pop()], 1), block, level.attentions[i])
    })
    if (level.resample) h = conv(np.repeat(np.repeat(h, 2, 2), 2, 3), w, level.resample.name)
  }
  time.dispose()
  return conv(nn.silu(norm(h, w, 'conv_norm_out', config)), w, 'conv_out')
}

const linear = (x, w, name) => np.matmul(x, w[`${name}.weight`]).add(w[`${name}.bias`])

const perChannel = (x) => x.reshape([1, -1, 1, 1])

function conv(x, w, name, stride = 1) {
  const weight = w[`${name}.weight`]
  const pad = (weight.shape[2] - 1) / 2
  const padding = [pad, pad]
  return lax
    .conv(x, weight, [stride, stride], [padding, padding])
    .add(perChannel(w[`${name}.bias`]))
}

function norm(x, w, name, { norm_num_groups: groups, norm_eps: epsilon }) {
  const { shape } = x
  const normal = nn.standardize(x.reshape([shape[0], groups, -1]), -1, { epsilon }).reshape(shape)
  return normal.mul(perChannel(w[`${name}.weight`])).add(perChannel(w[`${name}.bias`]))
}

function residual(x, time, w, name, config) {
  const told = linear(time, w, `${name}.time_emb_proj`)
  const first = conv(nn.silu(norm(x.ref, w, `${name}.norm1`, config)), w, `${name}.conv1`)
  const inner = first.add(told.reshape([...told.shape, 1, 1]))
  const second = conv(nn.silu(norm(inner, w, `${name}.norm2`, config)), w, `${name}.conv2`)
  return (`${name}.conv_shortcut.weight` in w ? conv(x, w, `${name}.conv_shortcut`) : x).add(second)
}

function attend(x, { name, heads, channels }, w, config) {
  const [b, c, height, width] = x.shape
  const input = norm(x.ref, w, `${name}.group_norm`, config)
    .reshape([b, c, height * width])
    .transpose([0, 2, 1])
  const of = (part) =>
    linear(input.ref, w, `${name}.${part}`)
      .reshape([b, height * width, heads, c / heads])
      .transpose([0, 2, 1, 3])
  const scores = np
    .matmul(of('to_q'), of('to_k').transpose([0, 1, 3, 2]))
    .mul(1 / Math.sqrt(channels / heads))
  const mixed = np.matmul(nn.softmax(scores, -1), of('to_v'))
  input.dispose()
  const out = linear(
    mixed.transpose([0, 2, 1, 3]).reshape([b, height * width, c]),
    w,
    `${name}.to_out.0`,
  )
  return x.add(out.transpose([0, 2, 1]).reshape([b, c, height, width]))
}
