"""A phone: an iPhone's Wallet and an Android twin, to see our cards and to hold them to account.

It reads Apple's and Google's rules on its own and shares no code with the system it judges.
"""
