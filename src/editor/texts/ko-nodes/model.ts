// 분류 model(모델)의 노드가 자신에 대해 하는 말.
export const model = {
  // ActivationStorage
  'A model whose UNets store what their layers give in float16, for sampling on webgpu: half as much is written and read between layers. All is computed in float32.':
    'webgpu에서 샘플링할 때 UNet의 층이 내놓는 값을 float16으로 저장하는 모델입니다. 층 사이에서 읽고 쓰는 양이 반이 됩니다. 계산은 모두 float32로 합니다.',
  'with a UNet in it; others stay as they are': 'UNet이 든 모델. 다른 모델은 그대로입니다',
  'with the same weights': '같은 가중치의 모델',
  'two bytes a number, rounded, on webgpu, elsewhere float32 all the same; or float32. TrainingStart has its own':
    'float16이면 webgpu에서 수마다 2바이트로 반올림하고, 다른 곳에서는 그래도 float32. 또는 어디서나 float32. TrainingStart에는 따로 있습니다',

  // AdaptiveProjectedGuidance
  'Classifier-free guidance for large scales: leaves out the part of the difference that only makes pictures more saturated, holds it short, and remembers the steps before.':
    '큰 스케일을 위한 classifier-free 가이던스입니다. 차이에서 색만 짙게 하는 부분을 빼고, 길이를 묶고, 앞 단계를 기억합니다.',
  'c, from Predict with a condition': 'c, 조건을 준 Predict에서',
  'u, from Predict without': 'u, 조건 없는 Predict에서',
  'what both are about': '두 예측이 말하는 데이터',
  'guided, of x_0': '가이던스를 거친 x_0 예측',
  'w: 1 no guidance, above 1 more of the condition': 'w: 1이면 가이던스 없음, 1보다 크면 조건을 더 따름',
  'of the part along c: 1 as plain guidance': 'c 방향 부분의 몫. 1이면 보통 가이던스와 같음',
  'the longest difference of an item; 0: no bound': '한 항목의 차이가 가질 수 있는 최대 길이. 0이면 제한 없음',
  'of earlier differences; -0.5 pushes off from them': '앞선 차이의 모멘텀. -0.5는 그것을 밀어냅니다',

  // Attention
  'Lets a UNet look at the whole image at once, where it says: every pixel at every other, also at the tokens of a condition, or at a sum of all in linear time.':
    'UNet이 정해 준 곳에서 이미지 전체를 한 번에 보게 합니다. 픽셀마다 모든 픽셀을, 조건의 토큰까지, 또는 선형 시간에 모두의 합을 봅니다.',
  'more of it, elsewhere, of another kind or with other heads': '다른 곳에 있거나 종류나 헤드가 다른 어텐션을 더할 때',
  'for UNet': 'UNet에 연결',
  'pixels to pixels; that, to the tokens of a condition, and a network a pixel (a transformer block); pixels to a sum of all, for large images':
    '픽셀끼리; 픽셀끼리에 조건의 토큰과 픽셀마다의 신경망을 더한 것(transformer 블록); 큰 이미지를 위해 픽셀에서 모두의 합으로',
  'sides of the feature maps to attend at, in pixels, with commas between: "8, 4"; none: the middle alone':
    '어텐션을 할 특징 맵의 한 변(픽셀), 쉼표로 구분: "8, 4". 없으면 가운데만',
  'how the channels are split into heads: by the size of a head, or by how many there are':
    '채널을 헤드로 나누는 방법: 헤드의 크기로, 또는 헤드의 수로',
  'channels a head': '헤드마다의 채널 수',
  'heads at each resolution': '해상도마다의 헤드 수',
  'in the middle block as well': '가운데 블록에도',
  'what a condition is: labels, looked up in a table that the model learns, or vectors as they come, from PixelTokens':
    '조건이 무엇인지: 모델이 배우는 표에서 찾는 레이블, 또는 PixelTokens처럼 그대로 오는 벡터',
  'labels a picture: as many as LabelTokens gives': '이미지마다의 레이블 수: LabelTokens가 주는 만큼',
  'numbers of a vector; a layer brings them to cross_attention_dim. 0: they have it':
    '벡터가 가진 수의 개수. 층 하나가 cross_attention_dim으로 바꿉니다. 0이면 이미 그 크기',
  'width of the tokens that the blocks see': '블록이 보는 토큰의 너비',
  'transformer blocks in each place': '자리마다의 transformer 블록 수',
  'linear layers around the transformer blocks rather than 1 x 1 convolutions; as diffusers has both':
    'transformer 블록의 앞뒤에 1 x 1 합성곱 대신 선형 층을 둡니다. diffusers에는 둘 다 있습니다',

  // AttentionMaps
  'Shows which token of a condition each place of a picture attends to while the model predicts: a picture for each token.':
    '모델이 예측할 때 이미지의 자리마다 조건의 어느 토큰을 보는지 보여 줍니다. 토큰마다 이미지 한 장입니다.',
  'with Attention of kind cross': 'cross 종류의 Attention이 있는 모델',
  'noised data': '노이즈 낀 데이터',
  'one per item, or one for all; not -1': '항목마다 하나, 또는 모두에 하나. -1은 안 됩니다',
  'the tokens; unwired: none': '토큰. 연결하지 않으면 없음',
  '[b n, h, w, 1], the n tokens of an item in turn: -1 is no share, 1 all of it; over tokens shares sum to 1':
    '[b n, h, w, 1], 항목마다 토큰 n개를 차례로. -1은 몫이 없음, 1은 전부. 토큰에 걸친 몫의 합은 1',
  'of the feature maps to look at; 0: the finest that attends. Their blocks are averaged':
    '볼 특징 맵의 해상도. 0이면 어텐션이 있는 가장 고운 것. 그 블록들의 평균입니다',

  // ClassGradient
  'Asks a classifier of noised pictures how each pixel would have to change for the picture to look more like its class.':
    '노이즈 낀 이미지의 분류기에게, 이미지가 제 클래스에 더 가까워지려면 픽셀이 저마다 어떻게 바뀌어야 하는지 묻습니다.',
  'trained on noised pictures: Classifier with `noised` on': '노이즈 낀 이미지로 학습한 것: `noised`를 켠 Classifier',
  'noised pictures': '노이즈 낀 이미지',
  'y, one per picture or one for all; -1 for none': 'y, 이미지마다 하나 또는 모두에 하나. 없으면 -1',
  'of the shape of x_t': 'x_t와 같은 모양',

  // ClassifierGuidance
  'Bends a prediction along a gradient: the noise seen in x_t becomes what would be seen if x_t had gone that way.':
    '기울기를 따라 예측을 굽힙니다. x_t에서 본 노이즈가, x_t가 그쪽으로 갔다면 보았을 노이즈가 됩니다.',
  'of a log-probability with respect to x_t, from ClassGradient': 'x_t에 대한 로그 확률의 기울기, ClassGradient에서',
  'what the prediction is about': '예측이 말하는 데이터',
  'guided, of the kind it was': '가이던스를 거친 예측, 종류는 그대로',
  'w: 0 no guidance; the paper takes 1 to 10': 'w: 0이면 가이던스 없음. 논문은 1~10을 씁니다',

  // ClassifierGuidedModel
  'A model that a classifier guides: its noise is bent towards the class asked for. The model itself need not know classes, and is asked without.':
    '분류기가 이끄는 모델입니다. 노이즈 예측을 바라는 클래스 쪽으로 굽힙니다. 모델 자신은 클래스를 몰라도 되고, 조건 없이 묻습니다.',
  'a denoiser': '노이즈를 걷어 내는 모델',
  'guided; its condition are the labels of the classifier': '가이던스가 든 모델. 조건은 분류기의 레이블입니다',

  // ExactModel
  'The best possible denoiser of a mixture of Gaussians or of the points of a data set, in closed form: nothing to train.':
    '가우스 혼합이나 데이터 세트의 점들에 대해 가장 좋은 디노이저를 닫힌 식으로 줍니다. 학습할 것이 없습니다.',
  'how noise was added': '노이즈를 더한 방법',
  'the centres, for the mixture `dataset`': '혼합 `dataset`의 중심',
  'exact for this data and this schedule': '이 데이터와 이 스케줄에 정확함',
  'the centres: all items of a data set, the origin, or eight on a circle':
    '중심: 데이터 세트의 모든 항목, 원점, 또는 원 위의 여덟 점',
  'standard deviation around each centre; 0: the centres alone': '중심마다 둘레의 표준 편차. 0이면 중심만',
  'what its output stands for': '출력이 뜻하는 것',
  'coordinates, for the mixture `gaussian`': '혼합 `gaussian`의 좌표 수',

  // Gaussian
  'A model that takes all data for one Gaussian, whose mean and width in each coordinate are learned. It denoises in closed form, and its density is known: see LogDensity.':
    '모든 데이터를 가우스 분포 하나로 보는 모델입니다. 좌표마다 평균과 너비를 배웁니다. 닫힌 식으로 노이즈를 걷어 내고 밀도도 알 수 있습니다(LogDensity).',
  'how noise is added': '노이즈를 더하는 방법',
  'to be trained': '학습할 모델',
  'of every coordinate, to begin with': '모든 좌표의 처음 평균',
  'standard deviation of every coordinate, to begin with': '모든 좌표의 처음 표준 편차',
  'coordinates of a point': '점의 좌표 수',

  // Guidance
  'Goes from what a model predicts without a condition past what it predicts with one: classifier-free guidance.':
    '조건 없는 예측에서 조건 있는 예측 쪽으로, 그것을 지나서까지 갑니다. classifier-free 가이던스입니다.',
  'u, from Predict without, or what a worse model says (autoguidance)': 'u, 조건 없는 Predict나 더 나쁜 모델의 말(autoguidance)',
  'of both, for t_low and t_high; unwired: guided everywhere':
    '두 예측의 t, t_low와 t_high에 씁니다. 연결하지 않으면 어디서나 이끕니다',
  guided: '가이던스를 거친 것',
  'w: 0 no condition, 1 no guidance, above 1 more of the condition':
    'w: 0이면 조건 없음, 1이면 가이던스 없음, 1보다 크면 조건을 더 따름',
  'brings the spread of the guided prediction back to that of the conditional one: 0 not at all; 0.7 against too much contrast':
    '가이던스를 거친 예측의 퍼진 정도를 조건 있는 예측의 것으로 되돌립니다. 0이면 그대로, 대비가 지나치면 0.7',
  'guided from this timestep': '이 타임스텝부터 이끕니다',
  'guided up to this timestep: leaving the noisiest out keeps samples different':
    '이 타임스텝까지 이끕니다. 노이즈가 가장 많은 곳을 빼면 샘플이 다양하게 남습니다',

  // GuidedModel
  'A model with guidance built in: each Predict asks it with and without the condition, or a worse model too, and goes on from there.':
    '가이던스가 든 모델입니다. Predict마다 조건을 주고도 안 주고도, 또는 더 나쁜 모델에게도 물어 거기서 더 나아갑니다.',
  'that knows classes or tokens, or with `worse` any': '클래스나 토큰을 아는 모델. `worse`를 연결하면 어느 모델이든',
  'smaller or less trained, to be guided away from (autoguidance); unwired: the model without the condition':
    '더 작거나 덜 학습되어 멀어져야 할 모델(autoguidance). 연결하지 않으면 조건 없는 같은 모델',

  // LabelTokens
  'Gives a model several labels an item, one from each wire. The model looks them up in a table of its own and attends to them: see Attention, kind cross.':
    '항목마다 여러 레이블을 선마다 하나씩 모델에 줍니다. 모델이 제 표에서 찾아 어텐션으로 봅니다. Attention의 cross를 보세요.',
  'one an item, or one for all; -1: none. The order of the wires counts':
    '항목마다 하나, 또는 모두에 하나. 없으면 -1. 선의 순서가 뜻을 가집니다',
  'a row of labels for each item': '항목마다 레이블 한 줄',

  // MLP
  'A new network for points: residual layers that know the timestep and, if there are any, the class.':
    '점을 위한 새 신경망입니다. 잔차 층이 타임스텝을 알고, 클래스가 있으면 클래스도 압니다.',
  untrained: '학습하지 않은 모델',
  'width of the layers': '층의 너비',
  'residual layers between the first and the last': '첫 층과 마지막 층 사이의 잔차 층 수',
  'sines and cosines of t': 't의 사인과 코사인 수',
  'how many class labels it learns; 0: none': '배울 클래스 레이블의 수. 0이면 없음',
  'whether it says the variance of the step back too: learned_range between those that are fixed (Nichol & Dhariwal 2021), learned its logarithm. Train it with HybridLoss':
    '한 단계 돌아가는 분산도 말하는지: learned_range는 고정된 두 분산 사이(Nichol & Dhariwal 2021), learned는 로그 값. HybridLoss로 학습하세요',
  'between the layers': '층 사이',
  'sines and cosines of 1, 2, 4, ... times the coordinates: for fine structure':
    '좌표의 1, 2, 4, ... 배의 사인과 코사인. 고운 구조를 위해',

  // PixelTokens
  'Turns pictures into tokens for a model to attend to, one for each square of pixels: a small picture can steer a large one.':
    '이미지를 모델이 어텐션으로 볼 토큰으로 바꿉니다. 픽셀의 정사각형마다 하나입니다. 작은 이미지로 큰 이미지를 이끌 수 있습니다.',
  'tokens [b, n, d], d = patch_size^2 c + 4 frequencies: the `token_width` of Attention':
    '토큰 [b, n, d], d = patch_size^2 c + 4 frequencies. Attention의 `token_width`입니다',
  'first the mean of squares of so many pixels is taken: a small picture. 1: not':
    '먼저 한 변이 이만큼인 정사각형마다 픽셀의 평균을 내어 작은 이미지로 만듭니다. 1이면 그대로',
  'side of the square that becomes a token, in pixels of the small picture':
    '토큰 하나가 되는 정사각형의 한 변, 작은 이미지의 픽셀로',
  'of the sines and cosines of where a token is; 0: it does not say':
    '토큰의 자리를 알리는 사인과 코사인의 주파수 수. 0이면 알리지 않음',

  // Precondition
  'A model of clean data with a network inside whose input and target have one size at every noise level: its input is scaled, and its output mixed with x_t. Training it trains the network.':
    '깨끗한 데이터의 모델로, 안의 신경망은 모든 노이즈 수준에서 입력과 목표의 크기가 같습니다. 입력의 크기를 맞추고 출력을 x_t와 섞습니다. 이것을 학습하면 안의 신경망이 학습됩니다.',
  'the network F: what it predicts is of no account': '신경망 F. 무엇을 예측하는지는 상관없습니다',
  'how much noise t means: that of EDM, or another whose σ is finite':
    't가 뜻하는 노이즈의 양: EDM의 것, 또는 σ가 유한한 다른 것',
  'predicts x_0, `sample`': 'x_0을 예측합니다(`sample`)',
  'edm: by the spread of the data; vp, iddpm: F predicts the noise, and is told a time from 0 to 999; ve: F predicts the noise, with minus; consistency: edm, but x itself at sigma_min':
    'edm: 데이터의 퍼진 정도로; vp, iddpm: F가 노이즈를 예측하고 0~999의 시각을 받음; ve: F가 노이즈를 음수로 예측함; consistency: edm과 같되 sigma_min에서는 x 그대로',
  'standard deviation of the data: 0.5 for pictures in [-1, 1]': '데이터의 표준 편차. [-1, 1]의 이미지는 0.5',
  'the σ at which it gives back what it gets': '받은 것을 그대로 돌려주는 σ',

  // Predict
  'Asks a model what it sees in noised data: the noise, the clean data, or what else it was made to predict.':
    '노이즈 낀 데이터에서 무엇이 보이는지 모델에게 묻습니다. 노이즈, 깨끗한 데이터, 또는 모델이 예측하게 만들어진 다른 것입니다.',
  'trained or exact; in training, the each model of TrainingStart':
    '학습한 모델이나 정확한 모델. 학습할 때는 TrainingStart가 회마다 주는 model',
  'labels, -1 for none; unwired: none. Numbers or vectors for a UNet that was made for them':
    '레이블, 없으면 -1. 연결하지 않으면 없음. 그렇게 만든 UNet에는 수나 벡터',
  'of the kind that the model says it predicts': '모델이 예측한다고 말한 종류',

  // Reparametrize
  'Draws clean data from a Gaussian that is learned: noise, stretched and moved, so that gradients reach mean and width.':
    '배우는 가우스 분포에서 깨끗한 데이터를 뽑습니다. 노이즈를 늘이고 옮긴 것이라 기울기가 평균과 너비에 이릅니다.',
  'Gaussian, or what a training made of one': 'Gaussian, 또는 그것을 학습한 것',
  'as many draws as there is noise': '노이즈의 수만큼 뽑은 것',
  'of the Gaussian, [1, dim]: a centre for Scatter': '가우스 분포의 평균 [1, dim]. Scatter에 중심으로 연결',
  'of each coordinate, [1, dim]': '좌표마다의 분산 [1, dim]',

  // UNet
  'A new network for images: down to coarse levels and up again, with what each level saw on the way down at hand.':
    '이미지를 위한 새 신경망입니다. 거친 수준까지 내려갔다 올라오며, 내려갈 때 수준마다 본 것을 올라올 때 곁에 둡니다.',
  'where it attends; unwired: nowhere': '어텐션을 하는 곳. 연결하지 않으면 없음',
  'images it is for: their size, channels and number of classes': '다룰 이미지의 데이터 세트: 크기, 채널, 클래스 수를 가져옵니다',
  'height and width of the images in pixels': '이미지의 높이와 너비(픽셀)',
  'of an image: 1 grey, 3 colours': '이미지의 채널: 1은 회색조, 3은 색',
  'channels of each level, the finest first; each level has half the size of the one before':
    '수준마다의 채널, 가장 고운 것부터. 수준마다 크기가 앞의 반입니다',
  'residual blocks a level, on the way up one more': '수준마다의 잔차 블록 수. 올라올 때는 하나 더',
  'whether it says the variance of the step back too, with twice as many channels going out: learned_range between those that are fixed (Nichol & Dhariwal 2021), learned its logarithm. Train it with HybridLoss':
    '한 단계 돌아가는 분산도 말하는지. 나가는 채널이 두 배가 됩니다: learned_range는 고정된 두 분산 사이(Nichol & Dhariwal 2021), learned는 로그 값. HybridLoss로 학습하세요',
  'groups of the norms: a divisor of all channels': '정규화의 그룹 수: 모든 채널 수를 나누는 수',
  'added to the variance in a norm': '정규화에서 분산에 더하는 값',
  'share of numbers set to zero in residual blocks while training': '학습할 때 잔차 블록에서 0으로 두는 비율',
  'how t comes into residual blocks: added, or as scale and shift of a norm':
    't가 잔차 블록에 들어오는 방법: 더하거나, 정규화의 배율과 이동으로',
  'to the next level: a convolution with stride 2, or a residual block': '다음 수준으로: 보폭 2의 합성곱, 또는 잔차 블록',
  'back: nearest pixels and a convolution, or a residual block': '되돌아올 때: 가까운 픽셀과 합성곱, 또는 잔차 블록',
  'zeros around an image before it is halved: 1 all around, 0 right and below only':
    '반으로 줄이기 전에 이미지 둘레에 두는 0: 1은 사방에, 0은 오른쪽과 아래에만',
  'cosines of t before the sines': 't의 코사인을 사인보다 먼저',
  'of the frequencies of t; 1 in DDPM': 't의 주파수를 옮기는 값. DDPM은 1',
  'what a condition is: class labels, a number like t, or a vector as it is':
    '조건이 무엇인지: 클래스 레이블, t 같은 수, 또는 그대로 쓰는 벡터',
  'zeros in the last layer of each block at first: each block begins as the identity':
    '처음에 블록마다 마지막 층을 0으로 둡니다. 블록이 모두 항등 함수에서 시작합니다',
}
