// 주제 Points(점)의 준비된 워크플로가 하는 말: 제목, 설명, 메모.
export const points = {
  // ddpm-ddim
  'DDPM and DDIM from the same noise': '같은 노이즈에서 시작하는 DDPM과 DDIM',
  'Two samplers, one model, the same noise to start from. DDPM adds fresh noise at every step and wanders; DDIM goes a smooth way that the noise alone decides. Lower the steps of both and see which one still arrives; raise eta of DDIM and it becomes DDPM.':
    '샘플러는 둘, 모델은 하나, 시작하는 노이즈는 같습니다. DDPM은 단계마다 새 노이즈를 더하며 헤매고, DDIM은 처음 노이즈만으로 정해지는 매끄러운 길을 갑니다. 둘의 단계 수를 줄이며 어느 쪽이 그래도 도착하는지 보세요. DDIM의 eta를 올리면 DDPM이 됩니다.',
  'Both begin with the same 24 points of noise. The model is exact, so what differs is the sampler alone. Try 10 steps for both.':
    '둘 다 같은 노이즈 점 24개에서 시작합니다. 모델이 정확하므로 다른 것은 샘플러뿐입니다. 둘 다 10단계로 해 보세요.',

  // edm
  'EDM: preconditioning and Heun': 'EDM: 전처리와 Heun',
  'The recipe of Karras et al. (2022), put together from its parts: noise by sigma, a network whose input and target keep one size at every sigma, more training where there is more to learn, and Heun steps that are small near the data. 18 of them find eight clouds; Euler with as many evaluations of the network does not quite.':
    'Karras et al.(2022)의 방법을 부품에서부터 짜 맞춘 것입니다. 노이즈는 sigma로 말하고, 신경망의 입력과 목표는 어느 sigma에서나 크기가 같으며, 배울 것이 많은 곳을 더 학습하고, Heun 단계는 데이터 가까이에서 작아집니다. 18단계로 여덟 무리를 찾습니다. 신경망에 같은 횟수를 묻는 Euler는 거기에 조금 못 미칩니다.',
  'Precondition scales what the network sees and mixes its answer with x_t, so that both have the same size at every sigma. Weighted as edm, the loss begins at about 1 everywhere. Where it has come down (Loss at every sigma) there was something to learn: with less noise nothing is left to find, with more all looks alike. So sigma is drawn in between most often, log-normal.':
    'Precondition은 신경망이 보는 것의 크기를 맞추고 답을 x_t와 섞어, 어느 sigma에서나 둘의 크기가 같게 합니다. 가중치를 edm으로 두면 손실은 어디서나 약 1에서 시작합니다. 손실이 내려간 곳(Loss at every sigma)에 배울 것이 있었습니다. 노이즈가 더 적으면 찾을 것이 없고, 더 많으면 모두 같아 보입니다. 그래서 sigma는 그 사이를 가장 자주, 로그 정규 분포로 뽑습니다.',
  '18 Heun steps and 35 Euler steps ask the network equally often. Halve both and see who loses more. Set mean of Sigmas to learn from to 1, and see what becomes of the clouds. Set preconditioning to ve, where the network has to predict the noise at every sigma. Points lie apart by sigma_data 1; pictures in [-1, 1] by 0.5.':
    'Heun 18단계와 Euler 35단계는 신경망에 같은 횟수를 묻습니다. 둘 다 반으로 줄이고 어느 쪽이 더 잃는지 보세요. Sigmas to learn from의 mean을 1로 하고 무리가 어떻게 되는지 보세요. preconditioning을 ve로 하면 신경망은 어느 sigma에서나 노이즈를 예측해야 합니다. 점의 sigma_data는 1, [-1, 1]의 이미지는 0.5입니다.',

  // ema
  'EMA: averages of the weights': 'EMA: 가중치의 평균',
  'One training keeps two averages of its weights, a narrow and a wide one; a third, of any width, is put together afterwards from what they were on the way (EDM2). See what each samples beside what the weights of the last step do. Then move sigma_rel of Chosen afterwards: nothing is trained again.':
    '학습 하나가 가중치의 평균을 좁은 것과 넓은 것 둘 간직합니다. 셋째 평균은 너비가 얼마든 그 둘의 도중 값에서 나중에 짜 맞춥니다(EDM2). 저마다 무엇을 샘플링하는지, 마지막 단계의 가중치가 하는 것과 나란히 보세요. 그다음 Chosen afterwards의 sigma_rel을 움직여 보세요. 다시 학습하는 것은 없습니다.',
  'One training keeps two averages of its weights, whose widths are 5 and 10 percent of the steps so far, and some of what they were on the way. The last weights still jump about: the learning rate stays high to the end. What the averages sample lies closer to the data.':
    '학습 하나가 가중치의 평균 둘을 간직합니다. 너비는 지금까지 단계의 5%와 10%이고, 도중의 값도 얼마쯤 남깁니다. 학습률이 끝까지 높아 마지막 가중치는 아직 이리저리 튑니다. 평균한 것의 샘플이 데이터에 더 가깝습니다.',
  'Move sigma_rel of Chosen afterwards: an average of any width is put together from those that were kept, without training again. Lower lr of Optimizer, or let it fall (lr_schedule: cosine), and the averages gain less.':
    'Chosen afterwards의 sigma_rel을 움직여 보세요. 다시 학습하지 않고도, 간직한 것들에서 어떤 너비의 평균이든 짜 맞춥니다. Optimizer의 lr을 낮추거나 내려가게 하면(lr_schedule: cosine) 평균으로 얻는 것이 줄어듭니다.',

  // evaluate-points
  'Measures of points, and their floors': '점의 평가 지표와 그 바닥',
  'How good are samples? A small network learns eight Gaussians, and five measures judge it while it trains: distances, precision and recall, modes found. Beside each, the same measure of real points against real points: that is as good as it gets. Precision falls where samples lie between the Gaussians, recall where a Gaussian is missing.':
    '샘플은 얼마나 좋을까요? 작은 신경망이 여덟 가우스 분포를 배우는 동안 다섯 지표로 평가합니다. 거리, 정밀도와 재현율, 찾은 모드 같은 것입니다. 저마다 옆에는 진짜 점을 진짜 점에 견준 같은 지표가 있습니다. 그보다 좋아질 수는 없습니다. 샘플이 가우스 분포 사이에 놓이면 정밀도가, 빠진 가우스 분포가 있으면 재현율이 떨어집니다.',
  'Left of each pair the samples, right of it other real points: no model can get further than those. Fréchet and kernel distance see moments up to the second and third alone, and those of one wide Gaussian are the same as of eight: they do not tell these apart.':
    '쌍마다 왼쪽은 샘플, 오른쪽은 또 다른 진짜 점입니다. 어떤 모델도 그보다 나을 수 없습니다. 프레셰 거리와 커널 거리는 2차와 3차 모멘트까지만 보는데, 넓은 가우스 분포 하나와 여덟 가우스 분포는 그것이 같습니다. 그래서 이 둘을 구별하지 못합니다.',
  'Stop early, or set hidden to 16: points between the Gaussians cost precision, and modes not yet found cost recall and coverage. Then choose fewer steps for Samples.':
    '일찍 중지하거나 hidden을 16으로 해 보세요. 가우스 분포 사이의 점은 정밀도를, 아직 찾지 못한 모드는 재현율과 커버리지를 떨어뜨립니다. 그다음 Samples의 단계 수를 줄여 보세요.',

  // flow-matching
  'Flow matching: follow a velocity': '플로 매칭: 속도를 따라가기',
  'The shortest recipe: x_t lies on a straight line between data and noise, the network learns its direction, and Euler walks back along it. Watch the ways bend where the lines of different pairs cross, and count the steps: one leads to the middle of the data, four find most of it, 32 are as good as many.':
    '가장 짧은 방법입니다. x_t는 데이터와 노이즈를 잇는 직선 위에 있고, 신경망은 그 방향을 배우며, Euler가 그것을 거슬러 걷습니다. 여러 쌍의 직선이 엇갈리는 곳에서 길이 휘는 것을 보고 단계 수를 세어 보세요. 한 단계는 데이터의 한가운데로 가고, 넷이면 거의 찾으며, 32는 많은 것과 다름없습니다.',
  'Data and noise are joined by a straight line, on which x_t lies. The network learns the velocity along it, noise less data, and nothing else: no betas, no weights. Lines of different pairs cross, and there only their mean can be learned; so the ways that come of it bend. One step leads to the middle of the data, four find most of it.':
    '데이터와 노이즈를 직선으로 잇고, x_t는 그 위에 있습니다. 신경망은 그 위의 속도, 곧 노이즈에서 데이터를 뺀 것만 배웁니다. beta도 가중치도 없습니다. 여러 쌍의 직선이 엇갈리는 곳에서는 그 평균만 배울 수 있어, 거기서 나온 길은 휩니다. 한 단계는 데이터의 한가운데로 가고, 넷이면 거의 찾습니다.',
  'Set sampler of 4 steps to heun, which asks the network again where a step has led, and so sees the bend. Set density of Times to uniform: logit_normal trains more in the middle of the way, where lines cross. Choose checkerboard on Data.':
    '4 steps의 sampler를 heun으로 해 보세요. 단계가 이른 곳에서 신경망에 다시 물어 휘는 것을 봅니다. Times의 density를 uniform으로 해 보세요. logit_normal은 직선이 엇갈리는 길 가운데를 더 학습합니다. Data에서 checkerboard를 골라 보세요.',

  // forward-process
  'Adding noise: at once and step by step': '노이즈 더하기: 한 번에, 그리고 한 단계씩',
  'Data becomes noise in two ways: in one jump by the closed form, and in as many small steps as lead to the same t. Both clouds lie over each other. Run it once, then move the slider t: at t = 0 the shape is there, at 999 it is forgotten.':
    '데이터는 두 가지 길로 노이즈가 됩니다. 닫힌 식으로 한 번에 뛰거나, 같은 t에 이르는 만큼 작은 단계를 밟습니다. 두 무리는 겹칩니다. 한 번 실행한 뒤 슬라이더 t를 움직여 보세요. t = 0에서는 모양이 있고, 999에서는 잊혔습니다.',
  'One slider for both ways: t goes to ForwardNoise, and to until of the loop, which then makes t + 1 steps.':
    '두 길을 슬라이더 하나로 정합니다. t는 ForwardNoise로, 그리고 반복의 until로 가서 반복이 t + 1단계를 밟습니다.',
  'Each small step shrinks the points a little and adds a little noise. Sums of normal numbers are normal: so t + 1 steps are one jump with the right amounts, and training never has to walk.':
    '작은 단계마다 점을 조금 줄이고 노이즈를 조금 더합니다. 정규 분포를 따르는 수의 합은 정규 분포를 따릅니다. 그래서 t + 1단계는 양만 맞추면 한 번의 도약과 같고, 학습은 그 길을 걸을 필요가 없습니다.',

  // guidance-by-hand
  'Guidance by hand': '손으로 짜는 가이던스',
  'Classifier-free guidance from its parts: two Predicts, one with the class and one without, joined by Guidance in an open sampling loop. Beside it the same in two boxes, GuidedModel and Sampler: Compare shows that not a bit differs. Change the label, and the scale in both places, and see the samples leave the middle of their class.':
    '부품으로 만든 classifier-free 가이던스입니다. Predict 둘, 하나는 클래스와 함께 하나는 없이, 열린 샘플링 반복 안에서 Guidance가 둘을 합칩니다. 옆에는 같은 것이 GuidedModel과 Sampler, 두 상자로 있습니다. Compare를 보면 한 비트도 다르지 않습니다. 레이블을, 그리고 두 곳의 스케일을 바꾸고 샘플이 제 클래스의 한가운데를 떠나는 것을 보세요.',
  'Label Dropout hides the class of some examples, so that one network learns both answers: with the class and without. Guidance needs the difference of the two.':
    'Label Dropout은 몇몇 예의 클래스를 가려, 신경망 하나가 클래스가 있을 때와 없을 때의 답을 다 배우게 합니다. 가이던스에는 둘의 차이가 필요합니다.',
  'u + w (c - u): scale 1 is the plain class, above 1 its opposite is pushed away, 0 ignores the class. The scale stands in Guidance and in Guided Model; where they are equal, the largest |a - b| is 0.':
    'u + w (c - u): 스케일 1은 클래스를 그대로 따르고, 1보다 크면 그 반대쪽을 밀어내며, 0은 클래스를 보지 않습니다. 스케일은 Guidance와 Guided Model에 있습니다. 둘이 같으면 가장 큰 |a - b|가 0입니다.',

  // importance-sampling
  'Timesteps drawn by their losses': '손실에 따라 뽑는 타임스텝',
  'The variational bound is a sum over all t, and its terms at small t are a hundred times those at large t. Drawn evenly, the loss of a batch depends on how many small t happen to be in it. ImportanceTimesteps draws each t by the size of its last losses and weights them back: the mean is the same, and there is far less chance in it. Look at both curves.':
    '변분 경계는 모든 t에 걸친 합이고, 작은 t의 항은 큰 t의 항의 백 배입니다. 고르게 뽑으면 한 배치의 손실은 작은 t가 몇 개 들었는지에 달립니다. ImportanceTimesteps는 t마다 지난 손실의 크기에 따라 뽑고 그만큼 가중치로 되돌립니다. 평균은 같고 우연은 훨씬 덜합니다. 두 곡선을 보세요.',
  'Above: t drawn evenly. Below: drawn by the losses, once there are ten of each t.\n\nThe bins of the charts hold equally many items, so their points stand where t is drawn.\n\nA mean squared error (Loss) has no such slope: there even t is fine.':
    '위: 고르게 뽑은 t. 아래: t마다 손실이 열 개 모인 뒤로 손실에 따라 뽑은 t.\n\n차트의 구간은 저마다 같은 수의 항목을 담으므로, 점은 t를 뽑은 곳에 놓입니다.\n\n평균 제곱 오차(Loss)에는 이런 기울기가 없습니다. 거기서는 고르게 뽑은 t로 충분합니다.',

  // likelihood
  'Likelihood: bound and ODE': '가능도: 변분 경계와 ODE',
  'How likely are data to a diffusion model? Two answers: the variational bound adds up what each step back loses, and along the probability flow ODE the density itself can be followed from data to noise. For a network that learns eight Gaussians both agree within some percent, and with the exact model beside it, for which the truth is known.':
    '데이터는 확산 모델에게 얼마나 있을 법할까요? 답은 두 가지입니다. 변분 경계는 한 단계 돌아갈 때마다 잃는 것을 더하고, 확률 흐름 ODE를 따라가면 밀도 자체를 데이터에서 노이즈까지 따라갈 수 있습니다. 여덟 가우스 분포를 배운 신경망에서 둘은 몇 퍼센트 안에서 맞고, 참값을 아는 옆의 정확한 모델과도 맞습니다.',
  'Along the ODE every point goes its own way to noise, and the trace of the slope tells how much the cloud swells around it: so the density of a Gaussian becomes that of the data. The bound adds up how far each step back of the network is from the one that knows x_0; its last term, at t = 0, is a density too, for points have no levels.':
    'ODE를 따라 점은 저마다 제 길로 노이즈에 가고, 기울기의 대각합은 그 둘레의 무리가 얼마나 부푸는지 말합니다. 그래서 가우스 분포의 밀도가 데이터의 밀도가 됩니다. 변분 경계는 신경망이 한 단계 돌아가는 것이 x_0을 아는 쪽의 것에서 얼마나 먼지 더합니다. t = 0의 마지막 항도 밀도입니다. 점에는 칸이 없기 때문입니다.',
  'Choose fixed_small for Bound: where little noise is left it is too narrow, and the bound pays for it. Stop the training early: bound and ODE move apart. Raise noise of both data, and std of Exact Model with it.':
    'Bound에서 fixed_small을 골라 보세요. 노이즈가 적게 남은 곳에서 너무 좁아 변분 경계가 그 값을 치릅니다. 학습을 일찍 중지해 보세요. 변분 경계와 ODE가 벌어집니다. 두 데이터의 noise를 올리고, Exact Model의 std도 함께 올려 보세요.',

  // marginal
  'The marginal q(x_t | x_0)': '주변 분포 q(x_t | x_0)',
  'A chain of single noising steps against the closed form, at every t on the way. Compare shows mean, standard deviation and the Kolmogorov-Smirnov distance of the two clouds: it stays at the size of chance, about 0.03 for 2,000 points. Wire another Noise Schedule into one of the two and see the distance grow.':
    '한 단계씩 노이즈를 더하는 사슬을, 지나는 t마다 닫힌 식과 견줍니다. Compare는 두 무리의 평균, 표준 편차, 콜모고로프-스미르노프 거리를 보여 줍니다. 거리는 우연의 크기, 점 2,000개에서 약 0.03에 머뭅니다. 둘 가운데 하나에 다른 Noise Schedule을 연결하고 거리가 커지는 것을 보세요.',
  'Upper row: a chain, each step begins where the last one ended. Lower row: a jump from the data to the same t, with noise of its own. Look at the KS distance: the two are one distribution at every t.':
    '윗줄: 사슬, 단계마다 앞 단계가 끝난 곳에서 시작합니다. 아랫줄: 데이터에서 같은 t로, 제 노이즈로 한 번에 뜁니다. KS 거리를 보세요. 어느 t에서나 둘은 한 분포입니다.',

  // own-sampler
  'A sampler of your own: Heun': '직접 만드는 샘플러: Heun',
  'A second-order sampler wired from nodes that everybody knows: predict, step, predict again where the step has led, and make the step anew with the mean of both. Below it plain DDIM over the same timesteps. With a few steps Heun lands on the data where DDIM does not yet; change the number of steps and compare the distances.':
    '누구나 아는 노드로 이은 2차 샘플러입니다. 예측하고, 한 단계 가고, 단계가 이른 곳에서 다시 예측하고, 두 예측의 평균으로 단계를 새로 밟습니다. 아래는 같은 타임스텝을 가는 보통 DDIM입니다. 단계가 적을 때 Heun은 DDIM이 아직 못 미치는 데이터에 닿습니다. 단계 수를 바꾸고 거리를 견주어 보세요.',
  'The model has to predict epsilon: the mean of two predictions is Heun only for the noise. end: smallest keeps the last step off clean data, where no model can be asked.':
    '모델은 epsilon을 예측해야 합니다. 두 예측의 평균이 Heun이 되는 것은 노이즈 예측뿐입니다. end: smallest는 마지막 단계가 깨끗한 데이터에 닿지 않게 합니다. 거기서는 어느 모델에게도 물을 수 없습니다.',
  'Compare the sliced Wasserstein distances to the data, and then again with 20 and 40 steps. Heun asks the model twice a step: 10 of its steps cost as much as 20 of DDIM.':
    '데이터까지의 sliced Wasserstein 거리를 견주고, 20단계와 40단계로도 견주어 보세요. Heun은 단계마다 모델에게 두 번 묻습니다. Heun 10단계는 DDIM 20단계만큼 듭니다.',

  // points
  'Train on points': '점으로 학습하기',
  'A small network learns two moons from 5,000 points. Press Run: the loss falls, and again and again the same noise is turned into samples with what has been learned so far, so you see them move onto the moons. Then choose another distribution on Data, or draw your own.':
    '작은 신경망이 점 5,000개에서 두 초승달을 배웁니다. 실행을 누르면 손실이 내려가고, 같은 노이즈가 그때까지 배운 대로 거듭 샘플이 되어, 초승달 위로 옮겨 가는 모습이 보입니다. 그다음에는 Data에서 다른 분포를 고르거나 직접 그려 보세요.',
  'The coloured area is one training step: take a batch, add noise at random timesteps, let the network predict, compare with the target. TrainingEnd turns the loss into a step of the weights.':
    '색이 있는 영역이 학습 한 단계입니다. 배치를 가져와 무작위 타임스텝의 노이즈를 더하고, 신경망이 예측하게 한 뒤 목표와 견줍니다. TrainingEnd는 손실로 가중치를 한 단계 움직입니다.',
  'Every 100 steps the averaged weights (ema) go to Samples, always from the same noise, so all that moves is what was learned. Change predicts to epsilon or beta_schedule to linear_openai, and run again: the chart keeps the curve.':
    '100단계마다 평균한 가중치(ema)가 Samples로 가고 노이즈는 늘 같으므로, 움직이는 것은 모두 배운 것입니다. predicts를 epsilon으로, 또는 beta_schedule을 linear_openai로 바꾸고 다시 실행해 보세요. 앞의 곡선이 차트에 남아 있습니다.',

  // posterior
  'The posterior q(x_{t-1} | x_t, x_0)': '사후 분포 q(x_{t-1} | x_t, x_0)',
  'The way back, if the clean point were known: for each noised point, the mean and the spread of where it was before. The left picture goes back to any earlier t_prev, the right one by a single step, as DDPM does 1,000 times. Move the two sliders and watch the ellipses go from x_t to x_0.':
    '깨끗한 점을 안다면 돌아가는 길은 이렇습니다. 노이즈 낀 점마다, 앞서 있던 곳의 평균과 퍼진 정도입니다. 왼쪽 그림은 더 앞선 어느 t_prev로든 돌아가고, 오른쪽은 DDPM이 1,000번 하는 것처럼 한 단계만 돌아갑니다. 두 슬라이더를 움직이며 타원이 x_t에서 x_0으로 가는 것을 보세요.',
  'Grey: the clean points. Blue: the same points with the noise of t. Orange: where each was at t_prev, mean and one standard deviation. The mean lies between x_t and x_0; the spread is known before anything is learned.':
    '회색: 깨끗한 점. 파랑: 같은 점에 t의 노이즈를 더한 것. 주황: 저마다 t_prev에서 있던 곳, 평균과 표준 편차 하나. 평균은 x_t와 x_0 사이에 있고, 퍼진 정도는 무엇을 배우기도 전에 알 수 있습니다.',
  'A single step is so short that the ellipses sit on x_t: DDPM makes many of them, and learns the mean of each.':
    '한 단계는 아주 짧아 타원이 x_t 위에 놓입니다. DDPM은 이런 단계를 많이 밟으며, 저마다 그 평균을 배웁니다.',

  // reverse-kl
  'Forward and reverse KL': '정방향 KL과 역방향 KL',
  'One Gaussian is fitted to data with two modes, twice. The forward KL takes samples of the data and has to cover them all: it lies across both modes, and over the gap. The reverse KL takes samples of the Gaussian, which must not fall where there is no data: it seeks one mode and forgets the other. Raise t to 400: noise joins the modes, and both lie across them.':
    '모드가 둘인 데이터에 가우스 분포 하나를 두 번 맞춥니다. 정방향 KL은 데이터의 샘플을 받아 모두 덮어야 하므로, 두 모드와 그 사이 빈 곳에 걸쳐 눕습니다. 역방향 KL은 가우스 분포의 샘플을 받아 데이터가 없는 곳에 떨어지면 안 되므로, 한 모드를 찾고 다른 모드는 잊습니다. t를 400으로 올려 보세요. 노이즈가 모드를 이어, 둘 다 모드에 걸쳐 눕습니다.',
  'Set the mean of Gaussian to -0.5: the reverse KL finds the other mode. Draw other points on Data. At t = 400 noise has joined the modes: that is where a model of all levels of noise can see both.':
    'Gaussian의 mean을 -0.5로 해 보세요. 역방향 KL이 다른 모드를 찾습니다. Data에 다른 점을 그려 보세요. t = 400에서는 노이즈가 모드를 이어 놓았습니다. 모든 노이즈 수준의 모델이 둘 다 볼 수 있는 곳입니다.',

  // samplers-compared
  'Samplers compared': '샘플러 비교',
  'One model that is exact, one noise, and six samplers that may each ask the model sixteen times. The fine solution takes four hundred evaluations: how far is each from it? DDIM and Euler are the same method. Heun asks twice a step, so it makes half as many. DDPM draws fresh noise, so its points end elsewhere, and only their distribution can be compared.':
    '정확한 모델 하나, 노이즈 하나, 그리고 저마다 모델에게 열여섯 번 물을 수 있는 샘플러 여섯입니다. 정밀한 해는 평가를 사백 번 합니다. 저마다 거기서 얼마나 멀까요? DDIM과 Euler는 같은 방법입니다. Heun은 단계마다 두 번 물어 단계 수가 반입니다. DDPM은 새 노이즈를 뽑으므로 점이 다른 곳에 이르고, 분포로만 견줄 수 있습니다.',
  'Double the steps of all six: the distance of DDIM is halved, that of DPM++ 2M falls to a quarter, that of Heun further still. With 6 evaluations none of the others is better than DDIM: a method of higher order needs steps short enough.\n\nSet DDPM to 500: its clusters, too narrow before, have their width. Below, 0.045 is what chance makes of two sets of 1000 points: nearer to the fine is only what began with the same noise.':
    '여섯 모두 단계를 두 배로 해 보세요. DDIM의 거리는 반이 되고, DPM++ 2M은 4분의 1로, Heun은 그보다 더 줄어듭니다. 평가가 6번이면 어느 것도 DDIM보다 낫지 않습니다. 차수가 높은 방법은 단계가 충분히 짧아야 합니다.\n\nDDPM을 500으로 해 보세요. 너무 좁던 무리가 제 폭을 찾습니다. 아래에서 0.045는 점 1000개 두 모음에서 우연이 만드는 크기입니다. 그보다 정밀한 해에 가까운 것은 같은 노이즈에서 시작한 것뿐입니다.',

  // score-field
  'The learned field against the exact one': '배운 장과 정확한 장',
  'For eight Gaussians the best possible denoiser is known in closed form. A small network learns it; the arrows show both, and the chart how far the network is off at every t. Move the slider to see the field of another timestep: far out it points to the middle, near the data to the closest Gaussian.':
    '여덟 가우스 분포에서는 가장 좋은 디노이저를 닫힌 식으로 압니다. 작은 신경망이 그것을 배웁니다. 화살표는 둘 다, 차트는 t마다 신경망이 얼마나 틀리는지 보여 줍니다. 슬라이더를 움직여 다른 타임스텝의 장을 보세요. 멀리서는 한가운데를, 데이터 가까이에서는 가장 가까운 가우스 분포를 가리킵니다.',
  'The arrows lead from noise to data. Where two Gaussians are equally near, the exact field has a sharp edge that the network rounds off. Move t: the more noise, the smoother the field.':
    '화살표는 노이즈에서 데이터로 갑니다. 두 가우스 분포가 똑같이 가까운 곳에서 정확한 장은 날카롭게 꺾이고, 신경망은 그것을 둥글립니다. t를 움직여 보세요. 노이즈가 많을수록 장이 매끄럽습니다.',
  'This loop only measures: at each t the data is noised, both models are asked about it, and Error goes into the chart.':
    '이 반복은 재기만 합니다. t마다 데이터에 노이즈를 더하고 두 모델에게 물어, Error가 차트로 갑니다.',

  // subgraph
  'A step as a block, used twice': '한 단계를 블록으로 묶어 두 번 쓰기',
  'One guided DDIM step by its formulas: ask with the class and without, go past the one, clean the data, and noise it again as t_prev has it. It is a subgraph, and two loops share it: open it with a double-click, change it, and both change. Only the guidance is set from outside, 1 above and 4 below; change it and see the samples leave the middle of their class.':
    '가이던스가 있는 DDIM 한 단계를 공식대로 짭니다. 클래스와 함께, 그리고 없이 물어 클래스 쪽으로 더 나아가고, 데이터를 깨끗이 한 뒤 t_prev에 맞게 다시 노이즈를 더합니다. 이것은 서브그래프이고 두 반복이 함께 씁니다. 두 번 눌러 열어서 바꾸면 둘 다 바뀝니다. 밖에서 정하는 것은 가이던스뿐이며, 위는 1이고 아래는 4입니다. 바꾸어 보고 샘플이 제 클래스의 한가운데를 떠나는 것을 보세요.',
  'Both loops step by the same block. Open one by a double-click, or select it and press Alt+Enter: it is made of two Predicts, a Mix, two Convert Predictions and a Forward Noise. Esc leads out again.':
    '두 반복은 같은 블록으로 한 단계씩 나아갑니다. 두 번 누르거나, 선택하고 Alt+Enter를 눌러 열어 보세요. Predict 둘, Mix 하나, Convert Prediction 둘, Forward Noise 하나로 되어 있습니다. Esc를 누르면 다시 나옵니다.',
  'Change a node inside, and both loops change. Guidance is set from outside, for each of them: 1 asks for the class, more goes past it, away from what the other classes have in common with it.':
    '안의 노드를 바꾸면 두 반복이 모두 바뀝니다. 가이던스는 밖에서 저마다 정합니다. 1은 클래스를 그대로 따르고, 더 크면 그것을 지나쳐 다른 클래스들과 함께 가진 것에서 멀어집니다.',
}
