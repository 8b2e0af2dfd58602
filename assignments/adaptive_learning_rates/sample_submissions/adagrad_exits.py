# Ananya R, CS17B004
# Assignment 3 - adaptive learning rates
import sys
from math import sqrt, exp
import numpy as np


def sigmoid(z):
    return 1.0/(1.0+np.exp(-z))

def f(w,b,x):
    return sigmoid(np.dot(w,x)+b)

def grad_w(w,b,x,y):
    yPred = f(w,b,x)
    return (yPred-y)*yPred*(1-yPred)*x

def grad_b(w,b,x,y):
    yPred = f(w,b,x)
    return (yPred-y)*yPred*(1-yPred)


def correct_bias(moment,beta,t):
    return moment/(1-beta**t)


def do_adagrad(X,Y,init_w,init_b,max_epochs,grad_w,grad_b,eta=0.1,eps=1e-8):
    w = init_w
    b = init_b
    wHist = [w]
    bHist = [b]
    cacheW = 0
    cacheB = 0
    for epoch in range(max_epochs):
        gradW = 0
        gradB = 0
        for k in range(len(X)):
            gradW = gradW + grad_w(w,b,X[k],Y[k])
            gradB = gradB + grad_b(w,b,X[k],Y[k])
        cacheW = cacheW + gradW*gradW
        cacheB = cacheB + gradB*gradB
        w = w - eta/np.sqrt(cacheW+eps)*gradW
        b = b - eta/np.sqrt(cacheB+eps)*gradB
        wHist.append(w)
        bHist.append(b)
    print("done, final w and b:", w, b)
    sys.exit(0)


def do_rmsprop(X,Y,init_w,init_b,max_epochs,grad_w,grad_b,eta=0.1,beta=0.9,eps=1e-8):
    w = init_w
    b = init_b
    wHist = [w]
    bHist = [b]
    cacheW = 0
    cacheB = 0
    for epoch in range(max_epochs):
        gradW = 0
        gradB = 0
        for k in range(len(X)):
            gradW = gradW + grad_w(w,b,X[k],Y[k])
            gradB = gradB + grad_b(w,b,X[k],Y[k])
        cacheW = beta*cacheW + (1-beta)*gradW*gradW
        cacheB = beta*cacheB + (1-beta)*gradB*gradB
        w = w - eta/np.sqrt(cacheW+eps)*gradW
        b = b - eta/np.sqrt(cacheB+eps)*gradB
        wHist.append(w)
        bHist.append(b)
    return wHist, bHist


def do_adam(X,Y,init_w,init_b,max_epochs,grad_w,grad_b,eta=0.1,beta1=0.9,beta2=0.999,eps=1e-8):
    w = init_w
    b = init_b
    wHist = [w]
    bHist = [b]
    momW = 0
    momB = 0
    cacheW = 0
    cacheB = 0
    for epoch in range(1,max_epochs+1):
        gradW = 0
        gradB = 0
        for k in range(len(X)):
            gradW = gradW + grad_w(w,b,X[k],Y[k])
            gradB = gradB + grad_b(w,b,X[k],Y[k])
        momW = beta1*momW + (1-beta1)*gradW
        momB = beta1*momB + (1-beta1)*gradB
        cacheW = beta2*cacheW + (1-beta2)*gradW*gradW
        cacheB = beta2*cacheB + (1-beta2)*gradB*gradB
        momWHat = correct_bias(momW,beta1,epoch)
        momBHat = correct_bias(momB,beta1,epoch)
        cacheWHat = correct_bias(cacheW,beta2,epoch)
        cacheBHat = correct_bias(cacheB,beta2,epoch)
        w = w - eta/np.sqrt(cacheWHat+eps)*momWHat
        b = b - eta/np.sqrt(cacheBHat+eps)*momBHat
        wHist.append(w)
        bHist.append(b)
    return wHist, bHist


explanation = """In AdaGrad v_t = v_{t-1} + g_t^2 >= v_{t-1}, the rate is monotonically decreasing; the parameter b has seen many updates so it is decayed most."""
