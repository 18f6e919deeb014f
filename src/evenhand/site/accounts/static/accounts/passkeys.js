// Says in words when a passkey did not work, and keeps buttons that cannot work out of the way. Without JavaScript there
// are no passkeys: the page says so itself.
(function () {
  const place = document.querySelector("[data-passkey-problem]");
  const buttons = ["passkey_login", "mfa_webauthn_add", "mfa_webauthn_authenticate", "mfa_webauthn_reauthenticate"]
    .map((id) => document.getElementById(id))
    .filter(Boolean);

  function say(text) {
    if (!place) return;
    const message = document.createElement("p");
    message.className = "govuk-error-message";
    message.textContent = text;
    place.replaceChildren(message);
  }

  if (!window.PublicKeyCredential) {
    buttons.forEach((button) => (button.disabled = true));
    say("This browser cannot use passkeys. Choose another way.");
  }

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const known = event.detail.exception && event.detail.exception.name === "InvalidStateError";
    say(
      known
        ? "This device has a passkey for your account already."
        : "The passkey was not used: it was stopped, it took too long, or this device has none. Try again, or choose another way.",
    );
  });
})();
