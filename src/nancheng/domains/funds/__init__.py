"""Special bonds (专项债券): bonds, allocations to projects, arrivals, contracts, payments.

The nouns: a *batch* (批次) of *bonds* (债券) is allocated to *funded projects* (专项债项目); money
arrives in *tranches* (到账), is asked for in *payments* (用款) under *contracts* (合同), and leaves
for the payee. ``rules`` says what is allowed, ``processes/payment.bpmn`` in which order.
"""
