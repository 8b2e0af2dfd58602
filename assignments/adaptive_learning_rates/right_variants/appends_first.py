# Notes the point at the head of each round; one round more than there are steps.
import numpy as np

def f(w, b, x):
	return 1/(1+np.exp(-(np.dot(w,x)+b)))

def grad_w(w, b, x, y):
	fx = f(w,b,x)
	return (fx-y)*fx*(1-fx)*x

def grad_b(w, b, x, y):
	fx = f(w,b,x)
	return (fx-y)*fx*(1-fx)

def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
	w, b = init_w, init_b; v_w, v_b = 0, 0
	w_history, b_history = [], []
	for i in range(max_epochs+1):
		w_history.append(w); b_history.append(b)
		dw, db = 0, 0
		for x, y in zip(X, Y):
			dw += grad_w(w, b, x, y); db += grad_b(w, b, x, y)
		v_w = v_w + dw**2; v_b = v_b + db**2
		w = w - (eta/np.sqrt(v_w+eps))*dw; b = b - (eta/np.sqrt(v_b+eps))*db
	return w_history, b_history

def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
	w, b = init_w, init_b; v_w, v_b = 0, 0
	w_history, b_history = [], []
	for i in range(max_epochs+1):
		w_history.append(w); b_history.append(b)
		dw, db = 0, 0
		for x, y in zip(X, Y):
			dw += grad_w(w, b, x, y); db += grad_b(w, b, x, y)
		v_w = beta*v_w + (1-beta)*dw**2; v_b = beta*v_b + (1-beta)*db**2
		w = w - (eta/np.sqrt(v_w+eps))*dw; b = b - (eta/np.sqrt(v_b+eps))*db
	return w_history, b_history

def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
	w, b = init_w, init_b; m_w, m_b, v_w, v_b = 0, 0, 0, 0
	w_history, b_history = [], []
	for t in range(1, max_epochs+2):
		w_history.append(w); b_history.append(b)
		if t > max_epochs: break
		dw, db = 0, 0
		for x, y in zip(X, Y):
			dw += grad_w(w, b, x, y); db += grad_b(w, b, x, y)
		m_w = beta1*m_w + (1-beta1)*dw; m_b = beta1*m_b + (1-beta1)*db
		v_w = beta2*v_w + (1-beta2)*dw**2; v_b = beta2*v_b + (1-beta2)*db**2
		w = w - (eta/np.sqrt(correct_bias(v_w,beta2,t)+eps))*correct_bias(m_w,beta1,t)
		b = b - (eta/np.sqrt(correct_bias(v_b,beta2,t)+eps))*correct_bias(m_b,beta1,t)
	return w_history, b_history

def correct_bias(moment, beta, t):
	return moment/(1-beta**t)

explanation = 'the denominator grows & grows'
