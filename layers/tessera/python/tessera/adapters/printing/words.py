"""What printed things say, in French and English. Short: a customer reads it while he queues."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "call": "Votre carte de fidélité, dans votre téléphone",
        "step_1": "Scannez ce code",
        "step_2": "Dites-nous votre prénom",
        "step_3": "Ajoutez la carte au téléphone",
        "nothing": "Gratuit. Rien à installer. Moins d’une minute.",
        "plastic": "Carte de fidélité",
        "plastic_how": "Présentez cette carte avant de payer.",
        "staff": "{name} : la carte de fidélité en trois phrases",
        "say": "Ce que nous disons",
        "say_1": "« Avez-vous notre carte ? » — à chaque client, avant d’encaisser.",
        "say_2": "« Scannez ce code : elle est dans votre téléphone en moins d’une minute. »",
        "say_3": "« Elle se met à jour toute seule, rien à installer, et c’est gratuit. »",
        "join": "Inscrire un client",
        "join_1": "1. Montrer le panneau. Le client scanne, donne son prénom, accepte les "
        "conditions et ajoute la carte.",
        "join_2": "2. Ou à la caisse : « Inscrire », le prénom, puis faire scanner le code qui "
        "s’affiche.",
        "join_3": "3. Sans téléphone : inscrire le client, puis imprimer sa carte en plastique.",
        "till": "À la caisse",
        "till_static": "Scanner la carte, ou saisir les seize caractères écrits en dessous. Une "
        "faute de frappe est signalée.",
        "till_rotating": "Le code change toutes les trente secondes : scanner le téléphone, jamais "
        "une photo. Sur iPhone, le client ouvre le lien « Code changeant » au dos de sa carte.",
        "till_signed": "Scanner la carte. Sans réseau, la caisse vérifie le code elle-même.",
        "till_2": "Pas de carte sous la main : chercher par e-mail, téléphone ou nom, et demander "
        "au client de confirmer.",
        "lost": "Carte perdue",
        "lost_1": "La bloquer tout de suite ; elle se débloque si elle se retrouve. Sinon la "
        "remplacer : les points restent, l’ancienne carte ne vaut plus rien.",
        "rewards": "Ce que nos clients peuvent obtenir",
        "reward": "{name} : {price}",
    },
    "en": {
        "call": "Your loyalty card, on your phone",
        "step_1": "Scan this code",
        "step_2": "Tell us your first name",
        "step_3": "Add the card to your phone",
        "nothing": "Free. Nothing to install. Under a minute.",
        "plastic": "Loyalty card",
        "plastic_how": "Show this card before you pay.",
        "staff": "{name}: the loyalty card in three sentences",
        "say": "What we say",
        "say_1": "“Do you have our card?” — to every customer, before payment.",
        "say_2": "“Scan this code: it is on your phone in under a minute.”",
        "say_3": "“It updates by itself, there is nothing to install, and it is free.”",
        "join": "Enrol a customer",
        "join_1": "1. Show the sign. The customer scans, gives his first name, accepts the terms "
        "and adds the card.",
        "join_2": "2. Or at the till: “Enrol”, the first name, then let him scan the code that "
        "appears.",
        "join_3": "3. No phone: enrol the customer, then print his card in plastic.",
        "till": "At the till",
        "till_static": "Scan the card, or type the sixteen characters below it. A slip of the "
        "finger is noticed.",
        "till_rotating": "The code changes every thirty seconds: scan the phone, never a picture. "
        "On an iPhone, the customer opens “Changing code” on the back of his card.",
        "till_signed": "Scan the card. Without a network, the till checks the code by itself.",
        "till_2": "No card at hand: search by e-mail, telephone or name, and ask the customer to "
        "confirm.",
        "lost": "A lost card",
        "lost_1": "Block it at once; it can be opened again if it turns up. Otherwise replace it: "
        "the points stay, the old card is worth nothing.",
        "rewards": "What our customers can have",
        "reward": "{name}: {price}",
    },
}
