/**
 * A file that h5py 3.7 wrote, gzipped: group/x (int16, 20 × 30, counting up, in chunks of 7 × 10, gzip and shuffle), flags, scalar,
 * large (2 ** 64 - 1), and complex, big-endian, text and half-precision datasets, which are refused.
 */
export const writtenByH5py = [
  "H4sIAAAAAAACA+v0cHHj5ZLiYgABDg4GFgYBBmTwHwo0lFH5MPkEKM0IpTug9AommDgjWE4CKi4INR9dXUiQqytI9X80ALPnASuE",
  "NmAYBSMReLg6BoDoCBgfSp9gQlWXXpRfWgCk03IS04uBdHFyYk5iEQNDcn5uQU5qBUNSZjpYXUlqRQmIzkjMSQPRQEXpqUjpWIAB",
  "f/r1YIbwM1iJS78WHBCaYzQqR9MvUvrqYEVVV4FWnnpQaG+wn78LIzDVaUD5L+Twq1eA0jdk8auDuX+HNH51sPSuwIzmL7T8YwFT",
  "r4jfPAcoLaGEXx0sv56Qwa8OVp/8kMevjpGBDeJ2RhgfEqKMTBABEag6WPCi85mBIQZSKQAMECakEGQFhhBInIkZYjI3MCQYweZC",
  "9DGB5RkZijNK09JyUhmY4O6BiKekAku6klRgvQ0Lb4jPmZmYGzghQuxAzMUAsxYegtRIV4zw+NVgH83j5ABQvcHIwIlRbwQT0LdD",
  "GBoPaOJcaHxuaEIMQRMXQePHQQXCGBCJBhvYhEMdur0cotjVYdgLVRcE5fPhsHcLDnXo9rKJYVeHbm+EGCqfDy2/Mo0mzVEwCkbB",
  "KBgFo2AUDDJQEZeckJKUlpia/PzBlMnhASFBYYGhwds3bt1cXlBSVFbY29XX2dvt7+HjtW7FmlXrVq5dnZ8xx6z22JnIzc/PzDWv",
  "P30t93b5mztbq8/Hsa1iYIg5I3mjIu7xo2cPnz4WFxARunbhyqVrF69eNjcoKf7+4cunbx+/fvb39PU+f+LMqXMnc7PyMnOz3794",
  "8ypuQ8HFR6re03XjNxbd/8fMzi9rV/TlRiHIyNpQmSkVccKCosLTJ0yZNG2iqZGZoanx9g1bNvFx8HDxcfJy93ecOa2voaOlp6mr",
  "/f7l29fzDQovPdEMDl8bt7ns7i9eafNcu8JPV14ap5+fu79gYqMWA8Pce/IBFXG7S36eupp9Pf/OntLfh4/7z99f8/fb3+P+dnWM",
  "joqJgoGGhbKxtrXMzsrJwsH6+fLx9v8bDix40HNmzZs5d/b8aTq07VvfuXXv5t3bV8em0zAxhYEhVUSxDGhq8fd7f9n55W3rPn25",
  "/t6+/v/fdGAITwO7fSowhE3Abt8GDGF+sNt7gCGsC3b7emAIz4O4fbnvfMPJjLwGk1gZ5gQqmFXEVX/7c/R0+Pr7e2q/z2ud2ju3",
  "eXL37PZwz0jXUN9Y52Dv2wcvnrx59OrZu4eN9ewUDTUtVU119y7btm7fwo0rdy4tvfbGsvj52XhgICexWSQsAcb7QTaZHxVx0ZtK",
  "bn4S1QaF1LcLD5Xd+2XtQSEFdf3Nz+L6ENeD0sd0sOtB6WMr2PWg9JHWwOzG1MDJ7zCDiaFrr2w20MTtdYeP+c7ennN3298zN4uf",
  "68fsAYUyxOX/QKFsabFzR2XFzx+sLFevmJps3VJa8vVLbMzdO7Y2e/fU1kg+aBDUTzjELbCMgWEzh+zRirjbG4uvv7Ot/v7WvuDD",
  "ra/S5vl394FCWD9+f+3/j59BIdza4upy9IiqytIlvDy9Pb4+Z8/o6vz9w8zU3OTsdPgQsonbhBVkGWFdbx5oD/aDPdqYAIP9B1SB",
  "xCQGGxBEH4wbBaNgFIyCIQwYGVjRxiMh436MjBAB6PAqEq0BmcdgYoCPQ0JUcjC4OfoEu4LHokJdoYYhxiWZIAOc8HFFxlViqCbD",
  "WySDLDw4GJC4QNdKgNmCCvZQGQcGE24Gk/9Qb+D271qof9FnbmYM6fTBCFcHC58GMFuMCTIyXUSkPdjCM5MBe4gRoxd3PGyFxoMA",
  "mikKNMov0PSiSGp6OQp1pwSaCzqGVPqAjX8ywcMD4l9hRogW3P6/K4aqc3jkF5zpQ4EfPp/DxcrAxc9AKH3ch4YP25BOH5jlB3R+",
  "C57vHQiEw1Mc5eqEQZk+AC/ioVEoIwAA",
].join("");
